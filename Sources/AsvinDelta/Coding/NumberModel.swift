/// Whole numbers of up to 32 bits: how many bits they have, then the bits, of which the first two are learned.
@safe
struct NumberModel {
  private let lengths: Counters
  private let leading: Counters
  static let learning: UInt32 = 14

  init(in workspace: inout Workspace) {
    lengths = Counters(bits: 6, in: &workspace)
    leading = Counters(bits: 7, in: &workspace)
  }

  /// Bytes of a workspace.
  static let bytes = 64 * 2 + 128 * 2

  func code<Coder: BitCoder & ~Copyable>(_ value: UInt32, with coder: inout Coder) -> UInt32 {
    let bits = UInt32(32 &- value.leadingZeroBitCount)
    var node: UInt32 = 1
    // 0...32 as a number of six bits.
    for place in 0..<UInt32(6) {
      node = node << 1 | Self.bit(bits >> (5 &- place), lengths, node, with: &coder)
    }
    let count = node & 63
    // A patch may say 33 to 63; what it makes of them is bounded here, and refused by its limits later.
    guard count > 1, count <= 32 else { return count == 1 ? 1 : count == 0 ? 0 : .max }
    var result: UInt32 = 1
    for place in 0..<(count &- 1) {
      let bit = value >> (count &- 2 &- place)
      if place < 2 {
        result = result << 1 | Self.bit(bit, leading, count << 2 | (place == 0 ? 0 : 2 | result & 1), with: &coder)
      } else {
        result = result << 1 | coder.code(bit & 1, probability: 32_768)
      }
    }
    return result
  }

  static func bit<Coder: BitCoder & ~Copyable>(
    _ bit: UInt32, _ counters: Counters, _ index: UInt32, with coder: inout Coder
  ) -> UInt32 {
    let slot = counters[index]
    let coded = coder.code(bit & 1, probability: Counters.probability(slot))
    counters[index] = Counters.updated(slot, coded, limit: learning)
    return coded
  }
}
