/// Weighs the logits of eight contexts into one probability, and learns the weights (a logistic mix).
@safe
struct Mixer {
  /// How many logits are mixed.
  static var inputs: Int { 8 }
  private let weights: UnsafeMutablePointer<Int32>
  private let mask: UInt32
  private let burst: Int32
  /// The number of bits that were learned.
  private let learned: UnsafeMutablePointer<UInt32>

  /// Creates `1 << bits` sets of weights, all equal.
  ///
  /// - Parameter burst: weights are learned fast for the first `1 << burst` bits, then ever more slowly, because small
  ///   patches are short and large ones need no speed.
  init(bits: Int, burst: Int32, first: UInt32, in workspace: inout PatchWorkspace) {
    self.burst = burst
    unsafe learned = workspace.take(1, of: UInt32.self, filledWith: 1)
    unsafe weights = workspace.take(Self.inputs &<< bits, of: Int32.self, filledWith: first)
    mask = 1 &<< UInt32(truncatingIfNeeded: bits) &- 1
  }

  /// Bytes of a workspace.
  static func bytes(bits: Int) -> Int { (inputs << bits) * 4 + 4 }

  /// Codes a bit with the mixed probability, and learns from it. It changes only the workspace, but is `mutating` so
  /// that a device passes a pointer to the mixer and no copy.
  ///
  /// - Parameter rate: the final rate of learning.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func code<Coder: BitCoder & ~Copyable>(
    _ bit: UInt32, _ logits: borrowing InlineArray<8, Int32>, set: UInt32, rate: Int32, with coder: inout Coder
  ) -> UInt32 {
    let values = logits.span
    let row = unsafe weights + Int(truncatingIfNeeded: set & mask) &* Self.inputs
    var sum: Int64 = 0
    for index in 0..<Self.inputs { sum &+= unsafe Int64(row[index]) &* Int64(values[index]) }
    let probability = Logistic.probability(Int32(truncatingIfNeeded: sum >> 16))
    let coded = coder.code(bit, probability: probability)
    let error = Int32(bitPattern: coded << 16 &- probability)
    let age = unsafe 31 &- Int32(truncatingIfNeeded: learned.pointee.leadingZeroBitCount) &- burst
    let scaled = Int64(error &* (rate &+ 64 &>> min(max(age, 0), 31)))
    unsafe learned.pointee &+= 1
    for index in 0..<Self.inputs {
      unsafe row[index] &+= Int32(truncatingIfNeeded: (Int64(values[index]) &* scaled &+ 0x8_0000) >> 20)
    }
    return coded
  }
}
