/// Whether a predicted byte is right. Nearly always it is, so the cost of a right one decides the size of small patches.
@safe
struct HitModel {
  private let counters: FineCounters
  var mixer: Mixer
  private let reliability: UnsafeMutablePointer<UInt8>
  private let bits: UInt32

  /// The last hits and misses, a bit each.
  var history: UInt32 = 0xFFFF_FFFF
  /// Bytes since the last miss, and between that and the one before it.
  var gap: UInt32 = 0
  var previousGap: UInt32 = 0

  static func bytes(_ bits: UInt32) -> Int { (4 << Int(bits)) + Mixer.bytes(bits: 6) + 128 }

  init(bits: UInt32, in workspace: inout Workspace) {
    counters = FineCounters(bits: bits, in: &workspace)
    mixer = Mixer(bits: 6, burst: 13, first: 20_000, in: &workspace)
    unsafe reliability = workspace.take(128, of: UInt8.self)
    for index in 0..<128 { unsafe reliability[index] = 0xFF }
    for index in 0..<UInt32(1024) { counters[index] = 0xF000_0000 }
    self.bits = bits
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func code<Coder: BitCoder & ~Copyable>(
    _ isHit: UInt32, kind: UInt32, place: UInt32, predicted: UInt32, neighbours: UInt32, new: UInt32, last: UInt32,
    with coder: inout Coder
  ) -> UInt32 {
    let slot = Int(kind << 2 | place) & 63
    let missedHere: UInt32 = place > 0 && gap < place ? 1 : 0
    let trust = unsafe UInt32(reliability[slot << 1 | Int(missedHere)]) & 15
    let gapClass = Self.classOf(gap)
    let group = UInt32(slot) << 1 | missedHere
    var indices: InlineArray<7, UInt32> = [
      group << 4 | trust,
      gapClass << 8 | history & 0x3F,
      predicted << 8 | group,
      min(gap, 63) << 6 | min(previousGap, 63),
      neighbours,
      last << 4 | (new & 3) << 2 | history & 3,
      predicted << 16 | (neighbours & 0xFF) << 8 | trust,
    ]
    var logits = InlineArray<8, Int32>(repeating: 0)
    logits[7] = 256
    // Backwards: a loop upwards would be unrolled, at seven times its size.
    var index = 7
    while index > 0 {
      index &-= 1
      indices[index] = hash(UInt32(index), indices[index])
      logits[index] = Logistic.logit(FineCounters.probability(counters[indices[index]]))
    }
    let set = Int(kind != 0 ? 16 &+ (kind & 15) | missedHere << 5 : gapClass)
    let mixed = mixer.logit(logits, set: set)
    let probability = Logistic.probability(mixed)
    let hit = coder.code(isHit, probability: probability)
    mixer.learn(logits, set: set, error: Int32(hit << 16) &- Int32(probability), rate: 56)
    for index in 0..<7 {
      counters[indices[index]] = FineCounters.updated(counters[indices[index]], hit, limit: 250)
    }
    unsafe reliability[slot << 1 | Int(missedHere)] =
      unsafe reliability[slot << 1 | Int(missedHere)] << 1 | UInt8(hit)
    history = history << 1 | hit
    if hit == 1 {
      gap &+= 1
    } else {
      previousGap = gap
      gap = 0
    }
    return hit
  }

  private func hash(_ index: UInt32, _ value: UInt32) -> UInt32 {
    ((value &+ 1) &* 0x9E37_79B1 &+ index &* 0x85EB_CA6B) &>> (32 &- bits)
  }

  private static func classOf(_ gap: UInt32) -> UInt32 { min(15, 32 &- UInt32((gap &+ 1).leadingZeroBitCount)) }
}
