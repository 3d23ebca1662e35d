import Glibc

/// Aligned memory, which reads without the page cache need.
@safe
final class DirectMemory {
  /// The largest logical block of a disk.
  private static let alignment = 4096
  private static let bytes = 1 << 18
  private let memory: UnsafeMutableRawBufferPointer
  /// The offsets of the bytes in memory. They are read once from the disk.
  private var held = 0..<0

  init() {
    unsafe memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bytes, alignment: Self.alignment)
  }

  deinit { unsafe memory.deallocate() }

  /// Reads bytes at an offset.
  ///
  /// - Throws: ``FileError``, also if the file ends before the last byte.
  func read(_ descriptor: Int32, _ offset: Int, _ count: Int, _ path: String) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
      let place = offset + bytes.count
      if !held.contains(place) {
        let start = place & ~(Self.alignment - 1)
        let got = unsafe pread(descriptor, memory.baseAddress, Self.bytes, off_t(start))
        if got < 0 && errno == EINTR { continue }
        guard got >= 0 else { throw FileError(.read, path) }
        held = start..<(start + got)
        guard held.contains(place) else { throw FileError.endsEarly(path) }
      }
      let end = min(held.upperBound, offset + count)
      unsafe bytes.append(contentsOf: memory[(place - held.lowerBound)..<(end - held.lowerBound)])
    }
    return bytes
  }
}
