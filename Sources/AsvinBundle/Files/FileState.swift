import Glibc

/// What tells a file from another under the same name, or from itself before a change.
public struct FileState: Equatable, Sendable {
  private let device: UInt64
  private let file: UInt64
  /// Bytes.
  public let size: UInt64
  private let modified: [Int]

  /// The state of an open file.
  ///
  /// - Throws: ``FileError``.
  public init(_ descriptor: Int32, path: String) throws(FileError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.read, path) }
    (device, file, size) = (UInt64(status.st_dev), UInt64(status.st_ino), UInt64(status.st_size))
    // The time of a file's last change cannot be set: whoever writes to it shows.
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }
}
