import AsvinBundle
import AsvinInstaller

/// A region of flash in a file.
struct FileRegion: FlashRegion {
  static let blockBytes = 4096

  let file: MappedFile

  /// A region with room for so many bytes.
  init(_ path: String, room: UInt64) throws(FileError) {
    let blocks = (Int(room) + Self.blockBytes - 1) / Self.blockBytes
    file = try MappedFile(path, count: max(blocks, 1) * Self.blockBytes)
  }

  var capacity: UInt64 { UInt64(file.count) }
  var blockBytes: UInt32 { UInt32(Self.blockBytes) }
  var writeBytes: UInt32 { 1 }
  // Memory does not fail; a disk that does, ``MappedFile/flush()`` tells.
  var hasFailed: Bool { false }

  func byte(_ offset: UInt64) -> UInt8 { file[Int(offset)] }
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    unsafe file.copy(Int(offset), into: bytes)
    return true
  }
  func erase(_ offset: UInt64) { file.fill(Int(offset), Self.blockBytes) }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) { file.write(Int(offset), bytes) }
}
