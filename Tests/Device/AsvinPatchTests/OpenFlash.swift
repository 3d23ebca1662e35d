import AsvinPatch

/// Flash of three areas in memory, whose bytes a test may change.
final class OpenFlash {
  var areas: [[UInt8]] = Array(repeating: Array(repeating: 0xFF, count: 1 << 16), count: 3)
}

/// A handle to it.
struct OpenHandle: PatchFlash {
  let flash: OpenFlash
  var hasFailed: Bool { false }
  var blockBytes: UInt32 { 1024 }
  func capacity(_ area: FlashArea) -> UInt32 { 1 << 16 }
  func byte(_ area: FlashArea, at offset: UInt32) -> UInt8 { flash.areas[Int(area.rawValue)][Int(offset)] }
  func erase(_ area: FlashArea, at offset: UInt32) {
    for place in Int(offset)..<Int(offset) + 1024 { flash.areas[Int(area.rawValue)][place] = 0xFF }
  }
  func write(_ area: FlashArea, at offset: UInt32, _ bytes: Span<UInt8>) {
    for index in bytes.indices { flash.areas[Int(area.rawValue)][Int(offset) + index] = bytes[index] }
  }
}
