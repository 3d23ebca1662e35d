/// A binary arithmetic decoder, over a small buffer of input that is filled from outside. Past its end the input is
/// zeros, so that the zeros at a patch's end need not be sent.
///
/// What is called from many places is not inlined on devices, for the flash; elsewhere it is, for the speed.
struct RangeDecoder: ~Copyable, BitCoder {
  static var isWriting: Bool { false }
  /// No step of the format takes more bytes than this: a step is begun when so many are there, or the input has ended.
  static var lookahead: Int { 64 }
  private static var capacity: Int { 256 }

  private var range: UInt32 = .max
  private var value: UInt32 = 0
  private var buffer: InlineArray<256, UInt8> = .init(repeating: 0)
  private var start = 0
  private var filled = 0
  /// Bytes of input that were taken.
  private(set) var taken: UInt64 = 0
  /// Whether there will be no more input.
  var hasEnded = false

  var state: CoderState { CoderState(range: range, value: value, taken: taken) }

  init() {}

  /// A decoder that goes on where another stood.
  init(_ state: CoderState) { (range, value, taken) = (state.range, state.value, state.taken) }

  /// Room for more input.
  var room: Int { Self.capacity &- (filled &- start) }
  /// Whether a step can be begun.
  var isReady: Bool { hasEnded || filled &- start >= Self.lookahead }
  /// Input that was given and not taken.
  var left: Int { filled &- start }

  mutating func append(_ byte: UInt8) {
    if filled == Self.capacity {
      for index in start..<filled { buffer[index &- start] = buffer[index] }
      filled &-= start
      start = 0
    }
    buffer[filled] = byte
    filled &+= 1
  }

  /// Takes the four bytes that decoding begins with.
  mutating func prime() {
    for _ in 0..<4 { value = value << 8 | next() }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func code(_ bit: UInt32, probability: UInt32) -> UInt32 {
    // What rounding leaves of the range goes to the likelier bit.
    let likely: UInt32 = probability >= 32_768 ? 1 : 0
    let rarer = likely == 1 ? 65_536 &- probability : probability
    let bound = (range >> 16) &* rarer
    let coded: UInt32
    if value < bound {
      range = bound
      coded = likely ^ 1
    } else {
      value &-= bound
      range &-= bound
      coded = likely
    }
    while range < 1 << 24 {
      range <<= 8
      value = value << 8 | next()
    }
    return coded
  }

  private mutating func next() -> UInt32 {
    taken &+= 1
    guard start < filled else { return 0 }
    defer { start &+= 1 }
    return UInt32(buffer[start])
  }
}
