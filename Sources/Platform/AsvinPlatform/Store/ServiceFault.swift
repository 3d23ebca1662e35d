package import AsvinPlatformAPI

/// Why the platform cannot serve a request that the rules allow. The request may succeed later.
package enum ServiceFault: Error, Equatable, Sendable {
  /// Too many requests are waiting.
  case overloaded
  /// Only the reserve of the disk is left.
  case full
  /// The file system of the data folder is read-only.
  case readOnly
  /// Another program holds the database's write lock.
  case locked
  /// The disk or the database reports an error. The text is for the log.
  case failing(String)
}

/// A write changes state, and its transaction has no entry in the audit log about it: a defect of the platform. Nothing is
/// written.
package struct UnrecordedChange: Error, Equatable, Sendable {
  /// What was changed.
  package let families: [AuditFamily]

  package init(_ families: [AuditFamily]) { self.families = families }
}

/// The free space of a file system.
package struct StorageRoom: Equatable, Sendable {
  /// Bytes that an unprivileged program can still write.
  package var free: UInt64
  /// The size of the file system in bytes.
  package var total: UInt64
  package var isReadOnly: Bool

  package init(free: UInt64, total: UInt64, isReadOnly: Bool) {
    (self.free, self.total, self.isReadOnly) = (free, total, isReadOnly)
  }

  /// Bytes that uploads leave free so that the database can still be written: a tenth of the file system, at most 64 MiB.
  package var reserve: UInt64 { min(total / 10, 1 << 26) }

  /// Whether a number of bytes can be added without using the reserve.
  package func holds(_ bytes: UInt64) -> Bool { !isReadOnly && free >= reserve && free - reserve >= bytes }
}
