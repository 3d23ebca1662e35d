/// A fixed-size structure of a file, read by its fields. They are little-endian unless `isBigEndian` is set.
///
/// Offsets are constants from the documentation of a format, never values from a file.
struct Fields {
  let bytes: [UInt8]
  var isBigEndian = false

  init(_ bytes: [UInt8], isBigEndian: Bool = false) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
  }

  func byte(_ offset: Int) -> UInt8 { bytes[offset] }

  func half(_ offset: Int) -> UInt16 {
    let (first, second) = (UInt16(bytes[offset]), UInt16(bytes[offset + 1]))
    return isBigEndian ? first << 8 | second : second << 8 | first
  }

  func word(_ offset: Int) -> UInt32 {
    let (first, second) = (UInt32(half(offset)), UInt32(half(offset + 2)))
    return isBigEndian ? first << 16 | second : second << 16 | first
  }

  func long(_ offset: Int) -> UInt64 {
    let (first, second) = (UInt64(word(offset)), UInt64(word(offset + 4)))
    return isBigEndian ? first << 32 | second : second << 32 | first
  }

  /// A NUL-terminated text; `nil` if it is empty or not terminated. Also `nil` if it contains anything other than
  /// printable ASCII, so that terminal escapes of a hostile file do not reach a message.
  func text(_ range: Range<Int>) -> String? {
    let field = bytes[range]
    guard let end = field.firstIndex(of: 0), end > field.startIndex else { return nil }
    let text = field[..<end]
    guard text.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
    return String(decoding: text, as: UTF8.self)
  }
}
