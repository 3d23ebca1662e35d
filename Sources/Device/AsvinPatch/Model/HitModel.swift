/// Codes whether a predicted byte is right. It nearly always is, so the cost of a right byte decides the size of small
/// patches.
@safe
struct HitModel {
  /// The recent history.
  private struct Past: BitwiseCopyable {
    /// The last hits and misses, one bit each.
    var history: UInt32
    /// Bytes since the last miss, and between that one and the one before.
    var gap: UInt32, previousGap: UInt32
  }

  private let counters: FineCounters
  private var mixer: Mixer
  private let reliability: UnsafeMutablePointer<UInt8>
  private let past: UnsafeMutablePointer<Past>
  private let bits: UInt32

  static func bytes(_ bits: UInt32) -> Int {
    (4 << Int(bits)) + Mixer.bytes(bits: 6) + 128 + MemoryLayout<Past>.stride
  }

  init(bits: UInt32, in workspace: inout PatchWorkspace) {
    counters = FineCounters(bits: bits, in: &workspace)
    mixer = Mixer(bits: 6, burst: 13, first: 8_000, in: &workspace)
    unsafe reliability = workspace.take(128, of: UInt8.self, filledWith: .max)
    unsafe past = workspace.take(1, of: Past.self)
    unsafe past.pointee.history = .max
    self.bits = bits
  }

  /// Codes whether a byte is as predicted.
  ///
  /// - Parameters:
  ///   - kind: of the reference that holds the byte, and the byte's place in it.
  ///   - neighbours: the source's byte and those around it: from one before to two after it.
  ///   - last: the byte before it.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func code<Coder: BitCoder & ~Copyable>(
    _ isHit: UInt32, kind: UInt32, place: UInt32, predicted: UInt32, neighbours: UInt32, new: UInt32, last: UInt32,
    with coder: inout Coder
  ) -> UInt32 {
    let (history, gap, previousGap) = unsafe (past.pointee.history, past.pointee.gap, past.pointee.previousGap)
    let missedHere: UInt32 = place > 0 && gap < place ? 1 : 0
    let group = ((kind << 2 | place) & 63) << 1 | missedHere
    let hits = unsafe reliability + Int(truncatingIfNeeded: group)
    let trust = unsafe UInt32(hits.pointee) & 15
    let gapClass = Self.classOf(gap)
    var indices: InlineArray<7, UInt32> = [
      group << 4 | trust,
      gapClass << 8 | history & 0x3F,
      predicted << 8 | group,
      min(gap, 63) << 6 | min(previousGap, 63),
      neighbours,
      last << 4 | (new & 3) << 2 | history & 3,
      predicted << 16 | neighbours & 0xFF00 | trust,
    ]
    var logits = InlineArray<8, Int32>(repeating: 0)
    logits[7] = 256
    // Downwards, because a loop upwards would be unrolled, at seven times its size.
    var index = 7
    while index > 0 {
      index &-= 1
      indices[index] = hash(UInt32(index), indices[index])
      logits[index] = Logistic.logit(FineCounters.probability(counters[indices[index]]))
    }
    let set = kind != 0 ? 16 &+ (kind & 15) | missedHere << 5 : gapClass
    let hit = mixer.code(isHit, logits, set: set, rate: 56, with: &coder)
    for index in 0..<7 {
      counters[indices[index]] = FineCounters.updated(counters[indices[index]], hit, limit: 250)
    }
    unsafe hits.pointee = hits.pointee << 1 | UInt8(truncatingIfNeeded: hit)
    unsafe past.pointee.history = history << 1 | hit
    if hit == 0 { unsafe past.pointee.previousGap = gap }
    unsafe past.pointee.gap = hit == 1 ? gap &+ 1 : 0
    return hit
  }

  private func hash(_ index: UInt32, _ value: UInt32) -> UInt32 {
    ((value &+ 1) &* 0x9E37_79B1 &+ index &* 0x85EB_CA6B) &>> (32 &- bits)
  }

  private static func classOf(_ gap: UInt32) -> UInt32 { min(15, 32 &- UInt32((gap &+ 1).leadingZeroBitCount)) }
}
