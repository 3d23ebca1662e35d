/// A byte that no prediction gives, bit by bit, from what stands around it in the new image and the old.
@safe
struct LiteralModel {
  private let counters: Counters
  private var mixer: Mixer
  /// How far the last byte was from its prediction.
  private let lastDelta: UnsafeMutablePointer<UInt32>

  /// Bytes of a workspace, with a table of so many slots.
  static func bytes(_ slots: UInt32) -> Int { 2 * Int(slots) + Mixer.bytes(bits: 5) + 4 }

  init(slots: UInt32, in workspace: inout Workspace) {
    counters = Counters(slots, in: &workspace)
    mixer = Mixer(bits: 5, burst: 12, first: 12_000, in: &workspace)
    unsafe lastDelta = workspace.take(1, of: UInt32.self)
  }

  /// Codes a byte.
  ///
  /// - Parameters:
  ///   - byte: the byte, where it is known.
  ///   - predicted: the byte that it is not, or in a gap the old image's byte on the last diagonal.
  ///   - kind: of the reference that it belongs to; 31 in a gap.
  ///   - recent: the eight bytes before it, the last lowest.
  ///   - neighbours: the old bytes around the source.
  mutating func code<Coder: BitCoder & ~Copyable>(
    _ byte: UInt32, predicted: UInt32, kind: UInt32, recent: UInt64, neighbours: UInt32, new: UInt32,
    with coder: inout Coder
  ) -> UInt32 {
    let r = UInt32(truncatingIfNeeded: recent)
    let four = UInt32(truncatingIfNeeded: recent >> 24) & 255
    let isGap: UInt32 = kind == 31 ? 1 : 0
    var bases: InlineArray<8, UInt32> = [
      isGap == 1 ? 256 | new & 3 : kind,
      r & 255 | isGap << 8,
      r & 0xFFFF,
      r & 0xFF_FFFF,
      predicted | kind << 8,
      neighbours & 0xFFFFFF,
      unsafe (predicted &+ lastDelta.pointee) & 255 | kind << 8,
      four | (new & 3) << 8 | (r >> 8 & 0xFF) << 10,
    ]
    // Backwards: a loop upwards would be unrolled.
    var index = 8
    while index > 0 {
      index &-= 1
      bases[index] = Self.hash(UInt32(truncatingIfNeeded: index), bases[index])
    }
    var indices = InlineArray<8, Int>(repeating: 0)
    var slots = InlineArray<8, UInt16>(repeating: 0)
    var logits = InlineArray<8, Int32>(repeating: 0)
    var node: UInt32 = 1
    for place in 0..<UInt32(8) {
      for index in 0..<8 {
        let place = counters.place((bases[index] &+ node &* 0x2545_F491) &* 0x9E37_79B1)
        indices[index] = place
        let slot = counters[place]
        slots[index] = slot
        let logit = Logistic.logit(Counters.probability(slot))
        let count = Int32(slot & 15)
        logits[index] = count == 0 ? 0 : (logit &* (count &+ 4)) >> 3
      }
      let set = place << 1 | isGap | (kind != 0 && isGap == 0 ? 16 : 0)
      let bit = mixer.code(byte &>> (7 &- place) & 1, logits, set: set, rate: 3, with: &coder)
      for index in 0..<8 { counters[indices[index]] = Counters.updated(slots[index], bit, limit: 12) }
      node = node << 1 | bit
    }
    unsafe lastDelta.pointee = (node &- predicted) & 255
    return node & 255
  }

  private static func hash(_ index: UInt32, _ value: UInt32) -> UInt32 {
    (value &+ 1) &* 0x85EB_CA6B ^ index &* 0xC2B2_AE35
  }
}
