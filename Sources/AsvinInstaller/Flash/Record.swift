/// A record as it stands in flash: a structure of 88 bytes as it stands in memory, which is little-endian on all these
/// devices, its number, a checksum, and 0xFF.
struct Record: BitwiseCopyable {
  /// The structure's 22 words, the record's number, counted from 1, and CRC-32 of both.
  var words: InlineArray<32, UInt32> = .init(repeating: .max)

  /// A record of nothing.
  init() {}

  /// A record of a structure, which has 88 bytes and no gaps.
  init<Content: BitwiseCopyable>(_ content: Content) {
    unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.storeBytes(of: content, as: Content.self) }
  }

  /// The structure that was recorded.
  func content<Content: BitwiseCopyable>(as type: Content.Type) -> Content {
    unsafe withUnsafeBytes(of: words) { unsafe $0.load(as: type) }
  }
}
