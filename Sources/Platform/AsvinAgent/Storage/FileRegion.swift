import AsvinHost
import AsvinInstaller

/// A region of flash in a file.
struct FileRegion: FlashRegion {
  static let blockBytes = 4096

  let file: RegionFile

  /// A region with room for a number of bytes.
  ///
  /// - Throws: `FileError`, also where the disk does not have the room.
  init(_ path: String, room: UInt64) throws(FileError) {
    file = try RegionFile(path, count: Self.bytes(room))
  }

  /// A region that is only read; `nil` where its file is missing.
  ///
  /// - Throws: `FileError`.
  init?(reading path: String) throws(FileError) {
    guard let file = try RegionFile(reading: path) else { return nil }
    self.file = file
  }

  /// A region that is only read; a missing file is one that was never written to.
  ///
  /// - Throws: `FileError`.
  init(reading path: String, orErased room: UInt64) throws(FileError) {
    file = try RegionFile(reading: path) ?? RegionFile(erased: path, count: Self.bytes(room))
  }

  /// Bytes of the blocks that hold a number of bytes.
  private static func bytes(_ room: UInt64) -> Int {
    let blocks = (Int(clamping: min(room, 1 << 46)) + blockBytes - 1) / blockBytes
    return max(blocks, 1) * blockBytes
  }

  var capacity: UInt64 { UInt64(file.count) }
  var blockBytes: UInt32 { UInt32(Self.blockBytes) }
  var writeBytes: UInt32 { 1 }
  var hasFailed: Bool { file.failure != nil }

  func byte(_ offset: UInt64) -> UInt8 { file[Int(offset)] }
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    unsafe file.copy(Int(offset), into: bytes)
  }
  func erase(_ offset: UInt64) { file.fill(Int(offset), Self.blockBytes) }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) { file.write(Int(offset), bytes) }
}
