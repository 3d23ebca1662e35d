/// Codes a byte that is not as predicted, bit by bit, in the context of the bytes around it in the new image and in the
/// old one.
@safe
struct LiteralModel {
  private let counters: Counters
  private var mixer: Mixer

  /// Bytes of a workspace, with a table of *n* slots.
  static func bytes(_ slots: UInt32) -> Int { 2 * Int(slots) + Mixer.bytes(bits: 6) }

  init(slots: UInt32, in workspace: inout PatchWorkspace) {
    counters = Counters(slots, in: &workspace)
    mixer = Mixer(bits: 6, burst: 12, first: 12_000, in: &workspace)
  }

  /// Codes a byte.
  ///
  /// - Parameters:
  ///   - byte: the byte, where it is known.
  ///   - predicted: the prediction that is wrong; in a gap, the old image's byte on the last diagonal.
  ///   - kind: of the reference that holds the byte; 31 in a gap.
  ///   - recent: the four bytes before it, the last lowest.
  mutating func code<Coder: BitCoder & ~Copyable>(
    _ byte: UInt32, predicted: UInt32, kind: UInt32, recent: UInt32, new: UInt32, with coder: inout Coder
  ) -> UInt32 {
    let isGap: UInt32 = kind == 31 ? 1 : 0
    let (last, second, fourth) = (recent & 255, recent >> 8 & 255, recent >> 24)
    // The table is small: contexts of more than about ten bits would displace each other.
    let place = new & 3
    var contexts: InlineArray<7, UInt32> = [
      isGap == 1 ? 256 | place : kind,
      last | isGap << 8,
      last & 0xE0 | (second & 0xE0) << 8 | place,
      second | place << 8,
      fourth | place << 8,
      fourth & 0xF0 | (last & 0xF0) << 8 | (second & 0xF0) << 4,
      predicted | kind << 8,
    ]
    // Downwards, because a loop upwards would be unrolled.
    var index = 7
    while index > 0 {
      index &-= 1
      contexts[index] = Self.hash(UInt32(truncatingIfNeeded: index), contexts[index])
    }
    var places = InlineArray<7, Int>(repeating: 0)
    var slots = InlineArray<7, UInt16>(repeating: 0)
    var logits = InlineArray<8, Int32>(repeating: 0)
    logits[7] = 256
    let set = isGap == 1 ? 32 | place << 3 : kind != 0 ? 8 : 0
    var node: UInt32 = 1
    for bitPlace in 0..<UInt32(8) {
      index = 7
      while index > 0 {
        index &-= 1
        let place = counters.place((contexts[index] &+ node &* 0x2545_F491) &* 0x9E37_79B1)
        let slot = counters[place]
        (places[index], slots[index]) = (place, slot)
        let logit = Logistic.logit(Counters.probability(slot))
        let count = Int32(slot & 15)
        logits[index] = count == 0 ? 0 : (logit &* (count &+ 4)) >> 3
      }
      let bit = mixer.code(byte &>> (7 &- bitPlace) & 1, logits, set: set | bitPlace, rate: 5, with: &coder)
      index = 7
      while index > 0 {
        index &-= 1
        counters[places[index]] = Counters.updated(slots[index], bit, limit: 7)
      }
      node = node << 1 | bit
    }
    return node & 255
  }

  private static func hash(_ index: UInt32, _ value: UInt32) -> UInt32 {
    (value &+ 1) &* 0x85EB_CA6B ^ index &* 0xC2B2_AE35
  }
}
