/// Codes integers of up to 32 bits, and single bits, with separate statistics for each kind. An integer is coded as its
/// number of bits, then its bits. The first two and the last two of these bits have statistics.
@safe
struct Numbers {
  /// The meaning of a number.
  enum Kind: UInt32 {
    /// Numbers of any size.
    case gap, length, shift, count, distance, shortDistance
    /// Numbers that are mostly small, and depend on their offset in a word of four bytes.
    case run, runBehindRepeat, knownLength, repeatLength, knownRepeatLength
    static let narrow = Kind.run, kinds: UInt32 = 11
  }

  private static let wideSlots: UInt32 = 128, narrowSlots: UInt32 = 48
  private static let narrowStart = Kind.narrow.rawValue * wideSlots
  private static let flagStart = narrowStart + (Kind.kinds - Kind.narrow.rawValue) * 4 * narrowSlots
  private static let flags: UInt32 = 64

  private let slots: UnsafeMutablePointer<UInt16>

  init(in workspace: inout PatchWorkspace) {
    unsafe slots = Counters.slots(Int(Self.flagStart + Self.flags), in: &workspace)
  }

  /// Bytes of a workspace.
  static var bytes: Int { Int(flagStart + flags) * 2 }

  /// Codes a number.
  ///
  /// - Parameter position: its offset in the new image.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func code<Coder: BitCoder & ~Copyable>(
    _ value: UInt32, _ kind: Kind, at position: UInt32 = 0, with coder: inout Coder
  ) -> UInt32 {
    let isNarrow = kind.rawValue >= Kind.narrow.rawValue
    let start =
      isNarrow
      ? Self.narrowStart &+ ((kind.rawValue &- Kind.narrow.rawValue) << 2 | position & 3) &* Self.narrowSlots
      : kind.rawValue &* Self.wideSlots
    // The number of bits, 0...32, takes six bits. If most numbers are small, it takes four bits and is at most 14.
    let (depth, limit): (UInt32, UInt32) = isNarrow ? (4, 7) : (6, 15)
    let bits = UInt32(32 &- value.leadingZeroBitCount)
    let symbol = isNarrow ? min(bits, 15) : bits
    var node: UInt32 = 1
    var place = depth
    while place > 0 {
      place &-= 1
      node = node << 1 | bit(symbol &>> place, start &+ node, with: &coder)
    }
    let count = node & (1 &<< depth &- 1)
    // A large number of a kind that is mostly small.
    if isNarrow, count == 15 { return code(value, .count, with: &coder) }
    // A patch may encode more than 32. The number is bounded here, and refused later by the limits of its use.
    guard count > 1, count <= 32 else { return count <= 1 ? count : .max }
    let learned = start &+ 1 &<< depth
    var result: UInt32 = 1
    for place in 0..<(count &- 1) {
      let next = value &>> (count &- 2 &- place)
      if place < 2 {
        let context = min(count, limit) << 2 | (place == 0 ? 0 : 2 | result & 1)
        result = result << 1 | bit(next, learned &+ context, with: &coder)
      } else if place &+ 3 < count {
        result = result << 1 | even(next, with: &coder)
      } else {
        // The last two bits have statistics, because much is aligned to four bytes. Their places are free, because no
        // number has only one bit.
        let context = place &+ 3 == count ? 1 : 2 | result & 1
        result = result << 1 | bit(next, learned &+ context, with: &coder)
      }
    }
    return result
  }

  /// A difference, with its sign in the lowest bit.
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
    self.bit(bit, Self.flagStart &+ context & 63, with: &coder)
  }

  /// A bit that is 0 or 1 with the same probability.
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
