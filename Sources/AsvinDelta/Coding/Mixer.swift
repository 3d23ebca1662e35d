/// Weighs the logits of several contexts into one probability, and learns the weights (a logistic mix).
@safe
struct Mixer {
  private let weights: UnsafeMutablePointer<Int32>
  private let inputs: Int
  private let mask: Int

  /// `1 << bits` sets of weights, each of so many inputs; the first weights are alike.
  init(bits: Int, inputs: Int, first: Int32, in workspace: inout Workspace) {
    let count = inputs << bits
    unsafe weights = workspace.take(count, of: Int32.self)
    self.inputs = inputs
    mask = 1 << bits &- 1
    for index in 0..<count { unsafe weights[index] = first }
  }

  /// The mixed logit.
  func logit<let count: Int>(_ logits: borrowing InlineArray<count, Int32>, set: Int) -> Int32 {
    let row = unsafe weights + (set & mask) &* inputs
    var sum: Int64 = 0
    for index in 0..<count { sum &+= unsafe Int64(row[index]) &* Int64(logits[index]) }
    return Int32(truncatingIfNeeded: sum >> 16)
  }

  /// Learns from the bit: the error is bit − probability, in 65 536ths.
  func learn<let count: Int>(_ logits: borrowing InlineArray<count, Int32>, set: Int, error: Int32, rate: Int32) {
    let row = unsafe weights + (set & mask) &* inputs
    let scaled = Int64(error &* rate)
    for index in 0..<count {
      unsafe row[index] &+= Int32(truncatingIfNeeded: (Int64(logits[index]) &* scaled &+ 0x8000) >> 16)
    }
  }
}
