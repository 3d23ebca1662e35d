/// Weighs the logits of eight contexts into one probability, and learns the weights (a logistic mix).
@safe
struct Mixer {
  /// How many logits are mixed.
  static var inputs: Int { 8 }
  private let weights: UnsafeMutablePointer<Int32>
  private let mask: Int

  /// `1 << bits` sets of weights; the first weights are alike.
  init(bits: Int, first: Int32, in workspace: inout Workspace) {
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

  /// Learns from the bit: the error is bit − probability, in 65 536ths.
  #if hasFeature(Embedded)
    @inline(never)
  #endif
  func learn(_ logits: borrowing InlineArray<8, Int32>, set: Int, error: Int32, rate: Int32) {
    let row = unsafe weights + (set & mask) &* Self.inputs
    let scaled = Int64(error &* rate)
    for index in 0..<Self.inputs {
      unsafe row[index] &+= Int32(truncatingIfNeeded: (Int64(logits[index]) &* scaled &+ 0x8000) >> 16)
    }
  }
}
