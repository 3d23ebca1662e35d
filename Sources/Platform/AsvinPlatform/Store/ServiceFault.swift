/// Why the platform cannot do what the rules allow. The request may succeed later.
package enum ServiceFault: Error, Equatable, Sendable {
  /// More requests wait than can be answered soon.
  case overloaded
  /// The disk has no room left but the reserve.
  case full
  /// The file system of the data folder is read-only.
  case readOnly
  /// Another program holds the database's write lock.
  case locked
  /// The disk or the database reports an error; the text is for the log.
  case failing(String)
}

/// How much a file system can still hold.
package struct StorageRoom: Equatable, Sendable {
  /// Bytes that an unprivileged program can still write.
  package var free: UInt64
  /// Bytes of the file system.
  package var total: UInt64
  /// Whether it is mounted read-only.
  package var isReadOnly: Bool

  /// The room of a file system.
  package init(free: UInt64, total: UInt64, isReadOnly: Bool) {
    (self.free, self.total, self.isReadOnly) = (free, total, isReadOnly)
  }

  /// Bytes that uploads leave free, so that the database can go on: a tenth of the file system, 64 MiB at most.
  package var reserve: UInt64 { min(total / 10, 1 << 26) }

  /// Whether a number of bytes can be added without touching the reserve.
  package func holds(_ bytes: UInt64) -> Bool { !isReadOnly && free >= reserve && free - reserve >= bytes }
}
