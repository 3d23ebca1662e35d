import Glibc

/// A file that grows at its end.
package final class AppendedFile {
  private let path: String
  private let descriptor: Int32

  /// Opens a file, or creates it.
  package init(_ path: String) throws(FileError) {
    self.path = path
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(.create, path) }
  }

  deinit { close(descriptor) }

  package var count: UInt64 { get throws(FileError) { try FileState(descriptor, path: path).size } }

  /// Writes bytes at an offset, and ends the file after them.
  package func write(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let wrote = unsafe bytes.withUnsafeBufferPointer { buffer in
        let start = unsafe buffer.baseAddress.map { unsafe $0 + done }
        return unsafe pwrite(descriptor, start, bytes.count - done, off_t(offset) + off_t(done))
      }
      if wrote < 0 && errno == EINTR { continue }
      guard wrote > 0 else { throw FileError(.write, path) }
      done += wrote
    }
    guard ftruncate(descriptor, off_t(offset) + off_t(bytes.count)) == 0 else { throw FileError(.write, path) }
  }

  /// Renames the file. It is complete under its new name after a loss of power.
  package func publish(as target: String) throws(FileError) {
    guard fchmod(descriptor, 0o444) == 0, fsync(descriptor) == 0, unsafe rename(path, target) == 0 else {
      throw FileError(.write, path)
    }
    try FileSystem.flushFolder(FileSystem.split(target).folder)
  }
}
