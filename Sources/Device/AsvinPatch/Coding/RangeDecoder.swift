/// A binary arithmetic decoder, over a small buffer of input that is filled from outside. Past its end the input is
/// zeros, so that the zeros at a patch's end need not be sent.
///
/// What is called from many places is not inlined on devices, for the flash; elsewhere it is, for the speed.
struct RangeDecoder: ~Copyable, BitCoder {
  static var isWriting: Bool { false }
  /// No step of the format takes more bytes than this: a step is begun when so many are there, or the input has ended.
  /// The longest are the settings, with eight regions of some 20 bytes; patches are proved in small pieces.
  static var lookahead: UInt32 { 256 }
  private static var capacity: UInt32 { 512 }

  private var range: UInt32 = .max
  private var value: UInt32 = 0
  /// Bytes of input that were given, and that were taken, with the zeros past its end. The buffer is a ring.
  private(set) var given: UInt32 = 0
  private(set) var taken: UInt32 = 0
  /// Whether there will be no more input.
  var hasEnded = false
  /// Last, as the largest: what is near the start is reached in shorter instructions.
  private var buffer: InlineArray<512, UInt8> = .init(repeating: 0)

  var state: CoderState { CoderState(range: range, value: value, taken: taken) }

  init() {}

  /// A decoder that goes on where another stood.
  init(_ state: CoderState) {
    (range, value, taken, given) = (max(state.range, 1 << 24), state.value, state.taken, state.taken)
  }

  /// Input that was given and not taken.
  var left: UInt32 { given &- min(taken, given) }
  /// Whether more input can be given.
  var hasRoom: Bool { left < Self.capacity }
  /// Whether a step can be begun.
  var isReady: Bool { hasEnded || left >= Self.lookahead }

  mutating func append(_ byte: UInt8) {
    buffer[Int(given & (Self.capacity &- 1))] = byte
    given &+= 1
  }

  /// Takes the four bytes that decoding begins with.
  mutating func prime() {
    for _ in 0..<4 { next() }
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
      next()
    }
    return coded
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func next() {
    value <<= 8
    if taken < given { value |= UInt32(buffer[Int(taken & (Self.capacity &- 1))]) }
    taken &+= 1
  }
}
