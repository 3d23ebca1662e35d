/// A fixed-size structure of a file, read by its little-endian fields.
///
/// Offsets are those that a format's document prints, never values from a file.
struct Fields {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func byte(_ offset: Int) -> UInt8 { bytes[offset] }

  func half(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }

  func word(_ offset: Int) -> UInt32 { UInt32(half(offset)) | UInt32(half(offset + 2)) << 16 }

  func long(_ offset: Int) -> UInt64 { UInt64(word(offset)) | UInt64(word(offset + 4)) << 32 }

  /// A NUL-terminated text; `nil` where it is empty, not terminated, or holds anything but printable ASCII, which
  /// keeps terminal escapes of a hostile file out of every message that shows it.
  func text(_ range: Range<Int>) -> String? {
    let field = bytes[range]
    guard let end = field.firstIndex(of: 0), end > field.startIndex else { return nil }
    let text = field[..<end]
    guard text.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    return String(decoding: text, as: UTF8.self)
  }
}
