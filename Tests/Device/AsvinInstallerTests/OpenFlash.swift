import AsvinInstaller

/// Three regions of flash in memory. A test may change their bytes.
final class OpenFlash {
  var areas: [[UInt8]] = Array(repeating: Array(repeating: 0xFF, count: 1 << 16), count: 3)

  var regions: InPlaceFlash<OpenRegion> {
    InPlaceFlash(
      slot: OpenRegion(flash: self, area: 0), spare: OpenRegion(flash: self, area: 1),
      checkpoint: OpenRegion(flash: self, area: 2))
  }
}

/// A handle to one of them.
struct OpenRegion: FlashRegion {
  let flash: OpenFlash
  let area: Int
  var hasFailed: Bool { false }
  var capacity: UInt64 { 1 << 16 }
  var blockBytes: UInt32 { 1024 }
  var writeBytes: UInt32 { 1 }
  func byte(_ offset: UInt64) -> UInt8 { flash.areas[area][Int(offset)] }
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    unsafe bytes.copyBytes(from: flash.areas[area][Int(offset)...].prefix(bytes.count))
    return true
  }
  func erase(_ offset: UInt64) {
    for place in Int(offset)..<Int(offset) + 1024 { flash.areas[area][place] = 0xFF }
  }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    for index in bytes.indices { flash.areas[area][Int(offset) + index] = bytes[index] }
  }
}
