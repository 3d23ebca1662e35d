/// Weighs the logits of eight contexts into one probability, and learns the weights (a logistic mix).
@safe
struct Mixer {
  /// How many logits are mixed.
  static var inputs: Int { 8 }
  private let weights: UnsafeMutablePointer<Int32>
  private let mask: Int
  private let burst: Int32
  /// How many bits were learned.
  var learned: UInt32 = 1

  /// `1 << bits` sets of weights; the first weights are alike.
  ///
  /// - Parameter burst: weights are learned fast for the first `1 << burst` bits, then ever more slowly: small patches
  ///   have no time, and large ones no need.
  init(bits: Int, burst: Int32, first: Int32, in workspace: inout Workspace) {
    self.burst = burst
    unsafe weights = workspace.take(Self.inputs &<< bits, of: Int32.self)
    mask = 1 &<< bits &- 1
    for index in 0..<(Self.inputs &<< bits) { unsafe weights[index] = first }
  }

  /// Bytes of a workspace.
  static func bytes(bits: Int) -> Int { (inputs << bits) * 4 }

  /// The mixed logit.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func logit(_ logits: borrowing InlineArray<8, Int32>, set: Int) -> Int32 {
    let row = unsafe weights + (set & mask) &* Self.inputs
    var sum: Int64 = 0
    for index in 0..<Self.inputs { sum &+= unsafe Int64(row[index]) &* Int64(logits[index]) }
    return Int32(truncatingIfNeeded: sum >> 16)
  }

  /// Learns from the bit: the error is bit − probability, in 65 536ths; the rate is what it sinks to.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func learn(_ logits: borrowing InlineArray<8, Int32>, set: Int, error: Int32, rate: Int32) {
    let row = unsafe weights + (set & mask) &* Self.inputs
    let age = 31 &- Int32(learned.leadingZeroBitCount) &- burst
    let scaled = Int64(error &* (rate &+ 64 &>> min(max(age, 0), 31)))
    learned &+= 1
    for index in 0..<Self.inputs {
      unsafe row[index] &+= Int32(truncatingIfNeeded: (Int64(logits[index]) &* scaled &+ 0x8_0000) >> 20)
    }
  }
}
