/// Whole numbers of up to 32 bits and single bits, each in statistics of its own kind: how many bits a number has, then
/// the bits, of which the first two and the last two are learned.
@safe
struct Numbers {
  /// What a number says.
  enum Kind: UInt32 {
    case gap, length, shift, run, count, repeatLength, distance
    /// No number, but single bits in 64 contexts.
    case flag
  }

  /// For each kind 64 places of the count of bits, then for each kind 128 of the first two.
  private let slots: UnsafeMutablePointer<UInt16>
  private static var count: Int { 8 * 64 + 8 * 128 }

  init(in workspace: inout Workspace) { unsafe slots = Counters.slots(Self.count, in: &workspace) }

  /// Bytes of a workspace.
  static var bytes: Int { count * 2 }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func code<Coder: BitCoder & ~Copyable>(_ value: UInt32, _ kind: Kind, with coder: inout Coder) -> UInt32 {
    let bits = UInt32(32 &- value.leadingZeroBitCount)
    var node: UInt32 = 1
    // 0...32 as a number of six bits.
    var place: UInt32 = 6
    while place > 0 {
      place &-= 1
      node = node << 1 | bit(bits &>> place, kind.rawValue << 6 | node, with: &coder)
    }
    let count = node & 63
    // A patch may say 33 to 63; what it makes of them is bounded here, and refused by its limits later.
    guard count > 1, count <= 32 else { return count <= 1 ? count : .max }
    var result: UInt32 = 1
    for place in 0..<(count &- 1) {
      let next = value &>> (count &- 2 &- place)
      let context = 512 &+ kind.rawValue << 7 | (count & 31) << 2 | (place == 0 ? 0 : 2 | result & 1)
      if place < 2 {
        result = result << 1 | bit(next, context, with: &coder)
      } else if place &+ 3 < count {
        result = result << 1 | even(next, with: &coder)
      } else {
        // The last two bits: much is aligned to four bytes. No number has but one bit, so places are free.
        let low = place &+ 3 == count ? 1 : 2 | result & 1
        result = result << 1 | bit(next, 512 &+ kind.rawValue << 7 | low, with: &coder)
      }
    }
    return result
  }

  /// A difference, whose sign stands in its lowest bit.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func difference<Coder: BitCoder & ~Copyable>(_ value: UInt32, _ kind: Kind, with coder: inout Coder) -> UInt32 {
    let sign = UInt32(bitPattern: Int32(bitPattern: value) >> 31)
    let coded = code(value << 1 ^ sign, kind, with: &coder)
    return coded >> 1 ^ (0 &- coded & 1)
  }

  /// A bit, in one of 64 contexts.
  func flag<Coder: BitCoder & ~Copyable>(_ bit: UInt32, _ context: UInt32, with coder: inout Coder) -> UInt32 {
    self.bit(bit, Kind.flag.rawValue << 6 | context & 63, with: &coder)
  }

  /// A bit that may as well be 0 as 1.
  func even<Coder: BitCoder & ~Copyable>(_ bit: UInt32, with coder: inout Coder) -> UInt32 {
    coder.code(bit & 1, probability: 32_768)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func bit<Coder: BitCoder & ~Copyable>(
    _ bit: UInt32, _ place: UInt32, with coder: inout Coder
  ) -> UInt32 {
    let slot = unsafe slots[Int(truncatingIfNeeded: place)]
    let coded = coder.code(bit & 1, probability: Counters.probability(slot))
    unsafe slots[Int(truncatingIfNeeded: place)] = Counters.updated(slot, coded, limit: 14)
    return coded
  }
}
