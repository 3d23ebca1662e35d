import AsvinBundle
import AsvinCrypto
import AsvinWire
import Glibc

/// What tells a file from another under the same name, or from itself before a change.
struct FileState: Equatable, Sendable {
  private let device: UInt64
  private let file: UInt64
  let size: UInt64
  private let modified: [Int]

  init(_ descriptor: Int32, path: String) throws(FileError) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.read, path) }
    (device, file, size) = (UInt64(status.st_dev), UInt64(status.st_ino), UInt64(status.st_size))
    // The time of a file's last change cannot be set: whoever writes to it shows.
    modified = [status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec]
  }
}

/// A file that is open for reading, and is not to change: a read after a change is an error.
final class WatchedFile: ByteSource, Sendable {
  let state: FileState
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws(FileError) {
    self.path = path
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.open, path) }
    do throws(FileError) {
      state = try FileState(descriptor, path: path)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// The file; `nil` where there is none.
  static func ifPresent(_ path: String) throws -> WatchedFile? {
    do {
      return try WatchedFile(path)
    } catch  where error.isMissing {
      return nil
    }
  }

  var count: UInt64 { state.size }

  /// SHA-256 of all of it, which may be copied on the way.
  func digest(copyingTo sink: OutputFile? = nil) throws -> Digest {
    var hash = SHA256()
    try forEachPiece { piece in
      hash.update(piece)
      try sink?.write(piece)
    }
    return hash.finish()
  }

  func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    guard offset < self.count else { return [] }
    let wanted = Int(min(UInt64(count), self.count - offset))
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
        let got = unsafe pread(descriptor, start, wanted - filled, off_t(offset) + off_t(filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = FileError(.read, path) }
        if got <= 0 { return }
        filled += got
      }
    }
    if let failure { throw failure }
    guard try FileState(descriptor, path: path) == state else { throw FileError(.read, path, code: ESTALE) }
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
}
