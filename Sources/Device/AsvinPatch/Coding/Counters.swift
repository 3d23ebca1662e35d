/// Statistics of bits, each in its context. A slot has 16 bits: a probability of 12 bits, and the number of times that
/// the context occurred, up to 15.
@safe
struct Counters {
  private let slots: UnsafeMutablePointer<UInt16>
  private let count: UInt32

  /// A table of *n* contexts.
  init(_ count: UInt32, in workspace: inout PatchWorkspace) {
    unsafe slots = Self.slots(Int(count), in: &workspace)
    self.count = count
  }

  /// The place of a hash in the table.
  func place(_ hash: UInt32) -> Int { Int(truncatingIfNeeded: (UInt64(hash) &* UInt64(count)) >> 32) }

  /// Slots without statistics.
  static func slots(_ count: Int, in workspace: inout PatchWorkspace) -> UnsafeMutablePointer<UInt16> {
    unsafe workspace.take(count, of: UInt16.self, filledWith: 0x8000_8000)
  }

  /// The slot at a place.
  subscript(place: Int) -> UInt16 {
    get { unsafe slots[place] }
    nonmutating set { unsafe slots[place] = newValue }
  }

  /// The probability of a 1 in a slot, in 65 536ths.
  static func probability(_ slot: UInt16) -> UInt32 { UInt32(slot & 0xFFF0) | 8 }

  /// A slot after its bit was coded. A slot learns fast while its count is low. `limit` bounds the count, so that the
  /// slot never learns more slowly than at that count.
  static func updated(_ slot: UInt16, _ bit: UInt32, limit: UInt32) -> UInt16 {
    let count = UInt32(slot & 15)
    let (value, target) = (Int32(slot >> 4), Int32(bit &* 4095))
    let step = ((target &- value) &* Int32(rate(count)) &+ 0x8000) >> 16
    return UInt16(truncatingIfNeeded: value &+ step) << 4 | UInt16(min(count &+ 1, limit))
  }

  /// The factor of learning: 65 536 ∕ (count + 1.6), and less than that from 11 on.
  private static func rate(_ count: UInt32) -> UInt16 { rates[Int(truncatingIfNeeded: count & 15)] }

  private static let rates: InlineArray<16, UInt16> = [
    40960, 25206, 18204, 14246, 11702, 9929, 8622, 7620, 6826, 6182, 5649, 4800, 4000, 3300, 2700, 2200,
  ]
}

/// As ``Counters``, in 32 bits: a probability of 22 bits and a count to 1023, for bits that are nearly certain.
@safe
struct FineCounters {
  private let slots: UnsafeMutablePointer<UInt32>
  private let mask: UInt32

  init(bits: UInt32, in workspace: inout PatchWorkspace) {
    let count = 1 &<< Int(bits)
    unsafe slots = workspace.take(count, of: UInt32.self, filledWith: 0x8000_0000)
    mask = UInt32(truncatingIfNeeded: count) &- 1
  }

  subscript(index: UInt32) -> UInt32 {
    get { unsafe slots[Int(truncatingIfNeeded: index & mask)] }
    nonmutating set { unsafe slots[Int(truncatingIfNeeded: index & mask)] = newValue }
  }

  static func probability(_ slot: UInt32) -> UInt32 { min(max(slot >> 16, 1), 65_535) }

  static func updated(_ slot: UInt32, _ bit: UInt32, limit: UInt32) -> UInt32 {
    let count = slot & 1023
    let (value, target) = (Int32(slot >> 10), Int32(bit &* 0x3F_FFFF))
    let step = (target &- value) / Int32(count &+ 2)
    return UInt32(bitPattern: value &+ step) << 10 | min(count &+ 1, limit)
  }
}
