/// What a record holds: a structure of 88 bytes as it stands in memory, which is little-endian on all these devices.
struct Record: BitwiseCopyable {
  /// Its bytes, four by four.
  var words: InlineArray<22, UInt32> = .init(repeating: 0)

  /// A record of zeros.
  init() {}

  /// A record of a structure, which has 88 bytes and no gaps.
  init<Content: BitwiseCopyable>(_ content: Content) { self = unsafe unsafeBitCast(content, to: Record.self) }

  /// The structure that was recorded.
  func content<Content: BitwiseCopyable>(as type: Content.Type) -> Content { unsafe unsafeBitCast(self, to: type) }
}
