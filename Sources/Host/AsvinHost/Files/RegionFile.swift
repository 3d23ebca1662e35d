import CAsvinSystem
import Glibc

/// A file or a block device of a fixed size that is read and written like flash.
///
/// Reads and writes are system calls and not mapped memory, so that a disk that fails, is full or becomes read-only is
/// reported as an error. A mapped page would end the program with SIGBUS.
package final class RegionFile {
  package let path: String
  package let count: Int
  private let descriptor: Int32
  /// The first error of a read or a write.
  package private(set) var failure: FileError?

  /// Bytes of the read buffer, because the installer reads byte by byte.
  private static let windowBytes = 1 << 15
  private var window = [UInt8](repeating: 0, count: windowBytes)
  /// The aligned memory for reads without the page cache.
  private let direct: DirectMemory?
  /// The offset of the window; -1 if it is empty.
  private var start = -1

  /// Opens a file, or creates it filled with 0xFF, as erased flash.
  package init(_ path: String, count: Int) throws(FileError) {
    (self.path, self.count, direct) = (path, count, nil)
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(.create, path) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.read, path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.write, path, code: EINVAL) }
    let old = min(Int(status.st_size), count)
    if Int(status.st_size) == count { return }
    // Reserves the disk space, so that a full disk is noticed before anything is fetched.
    let code = posix_fallocate(descriptor, 0, off_t(count))
    guard code == 0 else {
      let error = FileError(.write, path, code: code)
      // Otherwise the partial reservation would keep the disk full.
      if ftruncate(descriptor, status.st_size) != 0 || status.st_size == 0 { unsafe unlink(path) }
      throw error
    }
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw FileError(.write, path) }
    fill(old, count - old)
    if let failure { throw failure }
  }

  /// Opens a block device or a file that exists, for this handle alone. Its size is its own.
  ///
  /// - Throws: ``FileError``; ``FileError/isInUse`` for a device that is mounted, or a place that another handle has.
  package init(place path: String) throws(FileError) {
    (self.path, direct) = (path, nil)
    // Without O_CREAT, O_EXCL claims a block device. The system then refuses to mount it, and refuses a mounted one.
    descriptor = unsafe open(path, O_RDWR | O_EXCL | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else {
      count = 0
      throw FileError(.write, path)
    }
    var status = stat()
    let size = unsafe fstat(descriptor, &status) == 0 ? lseek(descriptor, 0, SEEK_END) : -1
    count = Int(max(size, 0))
    guard size >= 0 else { throw FileError(.write, path) }
    switch status.st_mode & S_IFMT {
    case S_IFBLK: break
    case S_IFREG:
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw FileError(.write, path, code: EBUSY) }
    default: throw FileError(.write, path, code: EINVAL)
    }
  }

  /// How the bytes are read.
  package enum Reading: Sendable {
    /// A file in a folder of the program. A symbolic link is refused.
    case own
    /// A block device or a file, whose path may be a symbolic link.
    case place
    /// As ``place``, without the page cache, so that the bytes come from the disk.
    case disk
  }

  /// Opens a file for reading; `nil` if it is missing.
  package init?(reading path: String, _ reading: Reading = .own) throws(FileError) {
    self.path = path
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (reading == .own ? O_NOFOLLOW : 0)
    descriptor = unsafe reading == .disk ? asvin_open_direct(path) : open(path, flags)
    direct = reading == .disk ? DirectMemory() : nil
    guard descriptor >= 0 else {
      count = 0
      let error = FileError(.open, path)
      if error.isMissing { return nil }
      throw error
    }
    let size = lseek(descriptor, 0, SEEK_END)
    count = Int(max(size, 0))
    guard size >= 0 else { throw FileError(.read, path) }
  }

  /// Represents a missing file as erased flash.
  package init(erased path: String, count: Int) {
    (self.path, self.count, descriptor, direct) = (path, count, -1, nil)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The identity of the file or the block device; `nil` if it is missing.
  package var identity: FileIdentity? { FileIdentity(descriptor: descriptor) }

  package subscript(offset: Int) -> UInt8 {
    if start < 0 || offset < start || offset >= start + Self.windowBytes { load(offset) }
    return start < 0 ? 0xFF : window[offset - start]
  }

  /// Fills memory with the bytes at an offset.
  ///
  /// - Returns: whether all bytes could be read.
  package func copy(_ offset: Int, into memory: UnsafeMutableRawBufferPointer) -> Bool {
    var done = 0
    while done < memory.count {
      let place = offset + done
      // Loads the window that has the byte.
      let first = self[place]
      let length = start < 0 ? 1 : min(memory.count - done, start + Self.windowBytes - place)
      if start < 0 {
        unsafe memory[done] = first
      } else {
        unsafe window.withUnsafeBytes { window in
          let piece = unsafe UnsafeRawBufferPointer(rebasing: window[(place - start)..<(place - start + length)])
          unsafe UnsafeMutableRawBufferPointer(rebasing: memory[done..<(done + length)]).copyMemory(from: piece)
        }
      }
      done += length
    }
    return start >= 0
  }

  /// Writes bytes, unless an earlier operation failed.
  package func write(_ offset: Int, _ source: Span<UInt8>) {
    var done = 0
    while done < source.count, failure == nil {
      let rest = source.extracting(done..<source.count)
      let wrote = unsafe rest.withUnsafeBytes {
        unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
      }
      if wrote < 0 && errno == EINTR { continue }
      guard wrote > 0 else {
        failure = FileError(.write, path)
        start = -1
        return
      }
      done += wrote
    }
    if start >= 0, offset < start + Self.windowBytes, offset + source.count > start {
      for index in max(offset, start)..<min(offset + source.count, start + Self.windowBytes) {
        window[index - start] = source[index - offset]
      }
    }
  }

  /// Fills bytes with 0xFF.
  package func fill(_ offset: Int, _ count: Int) {
    let piece = [UInt8](repeating: 0xFF, count: min(count, 1 << 16))
    var done = 0
    while done < count, failure == nil {
      let length = min(count - done, 1 << 16)
      write(offset + done, piece.span.extracting(0..<length))
      done += length
    }
  }

  /// Passes the first bytes to a body in pieces.
  ///
  /// - Throws: ``FileError``, and the errors of the body.
  package func forEachPiece(upTo count: UInt64, _ body: ([UInt8]) throws -> Void) throws {
    let end = Int(min(count, UInt64(self.count)))
    var offset = 0
    while offset < end {
      let piece = try read(offset, min(end - offset, 1 << 16))
      try body(piece)
      offset += piece.count
    }
  }

  /// The first bytes, read in parts.
  package struct Beginning: ByteSource {
    private let file: RegionFile
    package let size: UInt64

    fileprivate init(of file: RegionFile, count: Int) { (self.file, size) = (file, UInt64(min(count, file.count))) }

    package func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
      guard offset < size else { return [] }
      return try file.read(Int(offset), min(count, Int(size - offset)))
    }
  }

  /// The first bytes, for an image that may be longer than the memory.
  package func beginning(_ count: Int) -> Beginning { Beginning(of: self, count: count) }

  /// Waits until all bytes are on the disk.
  ///
  /// - Throws: ``FileError``, also for an earlier write that failed.
  package func flush() throws(FileError) {
    if let failure { throw failure }
    guard fsync(descriptor) == 0 else { throw FileError(.write, path) }
  }

  private func read(_ offset: Int, _ count: Int) throws(FileError) -> [UInt8] {
    if let direct { return try direct.read(descriptor, offset, count, path) }
    var done = 0
    var code: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while done < count {
        let got = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done, off_t(offset + done))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { code = errno }
        guard got > 0 else { break }
        done += got
      }
      filled = done
    }
    // A file that another program truncated ends early.
    guard done == count else { throw FileError(.read, path, code: code == 0 ? EIO : code) }
    return bytes
  }

  /// Reads the window that contains an offset.
  private func load(_ offset: Int) {
    let wanted = offset & ~(Self.windowBytes - 1)
    guard descriptor >= 0 else {
      start = wanted
      window.replaceSubrange(window.indices, with: repeatElement(0xFF, count: Self.windowBytes))
      return
    }
    do throws(FileError) {
      let bytes = try read(wanted, min(Self.windowBytes, count - wanted))
      window.replaceSubrange(0..<bytes.count, with: bytes)
      start = wanted
    } catch {
      if failure == nil { failure = error }
      start = -1
    }
  }
}
