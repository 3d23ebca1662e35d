/// A binary arithmetic decoder over a small buffer of input, which the caller fills. After the end of the input it
/// reads zeros, so that the zeros at a patch's end need not be sent.
///
/// Functions with many callers are not inlined on a device, for the flash; on a host they are, for the speed.
struct RangeDecoder: ~Copyable, BitCoder {
  static var isWriting: Bool { false }
  /// No step of the format consumes more bytes than this. A step starts when this many bytes are available, or when the
  /// input has ended. The longest step is the settings, with eight regions of about 20 bytes. Each patch is proved in
  /// small pieces.
  static var lookahead: UInt32 { 256 }
  private static var capacity: UInt32 { 512 }

  private var range: UInt32 = .max
  private var value: UInt32 = 0
  /// Bytes of input that were added, and bytes that were consumed, including zeros after the end. The buffer is a ring.
  private(set) var given: UInt32 = 0
  private(set) var taken: UInt32 = 0
  /// Whether the input has ended.
  var hasEnded = false
  /// Last, because it is the largest: fields near the start need shorter instructions.
  private var buffer: InlineArray<512, UInt8> = .init(repeating: 0)

  var state: CoderState { CoderState(range: range, value: value, taken: taken) }

  init() {}

  /// A decoder that resumes at another one's position.
  init(_ state: CoderState) {
    (range, value, taken, given) = (max(state.range, 1 << 24), state.value, state.taken, state.taken)
  }

  /// Input that was added and not consumed.
  var left: UInt32 { given &- min(taken, given) }
  /// Whether more input can be added.
  var hasRoom: Bool { left < Self.capacity }
  /// Whether a step can start.
  var isReady: Bool { hasEnded || left >= Self.lookahead }

  mutating func append(_ byte: UInt8) {
    buffer[Int(given & (Self.capacity &- 1))] = byte
    given &+= 1
  }

  /// Reads the four bytes that decoding starts with.
  mutating func prime() {
    for _ in 0..<4 { next() }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func code(_ bit: UInt32, probability: UInt32) -> UInt32 {
    // Rounding leaves a rest of the range, which goes to the likelier bit.
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
