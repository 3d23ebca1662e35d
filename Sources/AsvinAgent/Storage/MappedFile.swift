import AsvinBundle
import Glibc

/// A file of a fixed size, as memory.
@safe
final class MappedFile {
  let path: String
  let count: Int
  private let bytes: UnsafeMutableRawBufferPointer

  /// Opens a file, or makes it, of 0xFF, as erased flash is.
  init(_ path: String, count: Int) throws(FileError) {
    self.path = path
    self.count = count
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(.create, path) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.read, path) }
    let old = min(Int(status.st_size), count)
    // With room on the disk for all of it: memory that the disk has no room for would end the program.
    let code = posix_fallocate(descriptor, 0, off_t(count))
    guard code == 0 else { throw FileError(.write, path, code: code) }
    guard ftruncate(descriptor, off_t(count)) == 0 else { throw FileError(.write, path) }
    let place = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let place = unsafe place, unsafe place != MAP_FAILED else { throw FileError(.read, path) }
    unsafe bytes = UnsafeMutableRawBufferPointer(start: place, count: count)
    if old < count { fill(old, count - old) }
  }

  deinit { unsafe munmap(bytes.baseAddress, bytes.count) }

  subscript(offset: Int) -> UInt8 { unsafe bytes[offset] }

  /// Fills memory with the bytes at an offset.
  func copy(_ offset: Int, into memory: UnsafeMutableRawBufferPointer) {
    let source = unsafe UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + memory.count])
    unsafe memory.copyMemory(from: source)
  }

  func write(_ offset: Int, _ source: Span<UInt8>) {
    unsafe source.withUnsafeBytes { source in
      unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + source.count]).copyMemory(from: source)
    }
  }

  /// Makes bytes 0xFF.
  func fill(_ offset: Int, _ count: Int) {
    guard count > 0, let base = unsafe bytes.baseAddress else { return }
    _ = unsafe memset(base + offset, 0xFF, count)
  }

  /// The first bytes.
  func prefix(_ count: Int) -> [UInt8] { unsafe Array(bytes[..<min(count, self.count)]) }

  /// Waits until all of it is on the disk.
  func flush() throws(FileError) {
    guard unsafe msync(bytes.baseAddress, bytes.count, MS_SYNC) == 0 else { throw FileError(.write, path) }
  }
}
