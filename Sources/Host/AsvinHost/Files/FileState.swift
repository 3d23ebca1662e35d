import Glibc

/// The identity and the times of a file. They distinguish it from another file of the same name, and from itself before
/// a change.
package struct FileState: Equatable, Sendable {
  private let device: UInt64
  private let file: UInt64
  /// Bytes.
  package let size: UInt64
  private let modified: [Int]
  private let changed: [Int]
  private let links: UInt64

  /// The state of an open file.
  ///
  /// - Throws: ``FileError``.
  package init(_ descriptor: Int32, path: String) throws(FileError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.read, path) }
    self.init(status)
  }

  init(_ status: stat) {
    (device, file, size) = (UInt64(status.st_dev), UInt64(status.st_ino), UInt64(status.st_size))
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]
    // The time of the last change cannot be set, so it reveals a writer who resets the time of modification.
    changed = [status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
    links = UInt64(status.st_nlink)
  }

  /// Whether the content is the same as in an earlier state. Adding or removing a hard link does not change the content.
  func hasContent(of earlier: FileState) -> Bool {
    device == earlier.device && file == earlier.file && size == earlier.size && modified == earlier.modified
      && (changed == earlier.changed || links != earlier.links)
  }
}
