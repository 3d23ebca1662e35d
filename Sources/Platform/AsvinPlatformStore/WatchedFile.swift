import AsvinBundle
import AsvinCrypto
import AsvinManifest
import Glibc

/// A file that is open for reading, and is not to change: a read after a change is an error.
final class WatchedFile: ByteSource, Sendable {
  let state: FileState
  private let file: InputFile

  init(_ path: String) throws(FileError) {
    file = try InputFile(path)
    state = try file.state()
  }

  /// The file; `nil` where there is none.
  static func ifPresent(_ path: String) throws -> WatchedFile? {
    do {
      return try WatchedFile(path)
    } catch  where error.isMissing {
      return nil
    }
  }

  var count: UInt64 { state.size }

  /// SHA-256 of all of it.
  func digest() throws -> Digest {
    var hash = SHA256()
    try forEachPiece { hash.update($0) }
    return hash.finish()
  }

  func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    let bytes = try file.read(at: offset, count: count)
    guard try file.state() == state else { throw FileError(.read, file.name, code: ESTALE) }
    return bytes
  }
}

/// A file that grows at its end.
final class AppendedFile {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(FileError) {
    self.path = path
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(.create, path) }
  }

  deinit { close(descriptor) }

  var count: UInt64 { get throws(FileError) { try FileState(descriptor, path: path).size } }

  /// Writes bytes at an offset, and ends the file behind them.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(FileError) {
    var done = 0
    while done < bytes.span.count {
      let wrote = unsafe bytes.withUnsafeBufferPointer { buffer in
        let start = unsafe buffer.baseAddress.map { unsafe $0 + done }
        return unsafe pwrite(descriptor, start, bytes.span.count - done, off_t(offset) + off_t(done))
      }
      if wrote < 0 && errno == EINTR { continue }
      guard wrote > 0 else { throw FileError(.write, path) }
      done += wrote
    }
    guard ftruncate(descriptor, off_t(offset) + off_t(bytes.span.count)) == 0 else { throw FileError(.write, path) }
  }

  /// Renames the file, so that it is complete under its new name after a power cut.
  func publish(as target: String) throws(FileError) {
    guard fchmod(descriptor, 0o444) == 0, fsync(descriptor) == 0, unsafe rename(path, target) == 0 else {
      throw FileError(.write, path)
    }
    let folder = String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)])
    let parent = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard parent >= 0 else { throw FileError(.write, folder) }
    defer { close(parent) }
    guard fsync(parent) == 0 else { throw FileError(.write, folder) }
  }
}
