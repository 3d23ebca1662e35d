import AsvinHost
import AsvinInstaller

/// A flash region in a file.
struct FileRegion: FlashRegion {
  static let blockBytes = 4096

  let file: RegionFile

  /// Opens a region of at least a number of bytes.
  ///
  /// - Throws: `FileError`, also if the disk does not have the space.
  init(_ path: String, room: UInt64) throws(FileError) {
    file = try RegionFile(path, count: Int(Self.bytes(room)))
  }

  /// Opens a block device or a file of a fixed size.
  ///
  /// - Throws: `FileError`.
  init(place path: String) throws(FileError) { file = try RegionFile(place: path) }

  /// Opens a region for reading; `nil` if its file is missing.
  ///
  /// - Throws: `FileError`.
  init?(reading path: String, _ reading: RegionFile.Reading = .own) throws(FileError) {
    guard let file = try RegionFile(reading: path, reading) else { return nil }
    self.file = file
  }

  /// Represents a missing file as erased flash.
  init(erased path: String, room: UInt64) { file = RegionFile(erased: path, count: Int(Self.bytes(room))) }

  /// Opens a region for reading. A missing file is read as erased flash.
  ///
  /// - Throws: `FileError`.
  init(reading path: String, orErased room: UInt64) throws(FileError) {
    file = try RegionFile(reading: path) ?? RegionFile(erased: path, count: Int(Self.bytes(room)))
  }

  /// Rounds a number of bytes up to complete blocks.
  static func bytes(_ room: UInt64) -> UInt64 {
    let block = UInt64(blockBytes)
    return max((min(room, 1 << 46) + block - 1) / block, 1) * block
  }

  /// A partition may end with a part of a block, which is not used.
  var capacity: UInt64 { UInt64(file.count / Self.blockBytes * Self.blockBytes) }
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
