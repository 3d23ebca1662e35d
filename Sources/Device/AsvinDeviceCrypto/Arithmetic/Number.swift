/// A number of 256 bits: eight words, the lowest first.
typealias Number = InlineArray<8, UInt32>

extension InlineArray where count == 8, Element == UInt32 {
  /// A number of 32 bytes from a place on, the lowest byte first.
  init(littleEndian bytes: Span<UInt8>, at start: Int) {
    self.init { word in
      let place = start &+ 4 &* word
      return UInt32(bytes[place]) | UInt32(bytes[place &+ 1]) << 8 | UInt32(bytes[place &+ 2]) << 16
        | UInt32(bytes[place &+ 3]) << 24
    }
  }

  /// A number of 32 bytes from a place on, the highest byte first.
  init(bigEndian bytes: Span<UInt8>, at start: Int) {
    self.init { word in
      let place = start &+ 28 &- 4 &* word
      return UInt32(bytes[place]) << 24 | UInt32(bytes[place &+ 1]) << 16 | UInt32(bytes[place &+ 2]) << 8
        | UInt32(bytes[place &+ 3])
    }
  }

  /// Whether it is the same number.
  func equals(_ other: borrowing Number) -> Bool {
    let (one, two) = (span, other.span)
    for index in 0..<8 where one[index] != two[index] { return false }
    return true
  }

  /// Whether a number is 0. Not of `self`: see scripts/device/link.
  static func isZero(_ number: borrowing Number) -> Bool {
    let words = number.span
    var all: UInt32 = 0
    for index in 0..<8 { all |= words[index] }
    return all == 0
  }

  /// A bit; `place` is below 256.
  func bit(_ place: Int) -> UInt32 { span[place >> 5] &>> UInt32(truncatingIfNeeded: place & 31) & 1 }

  /// Whether it is below another.
  func isBelow(_ other: borrowing Number) -> Bool {
    let (one, two) = (span, other.span)
    var borrow: UInt64 = 0
    for index in 0..<8 { borrow = (UInt64(one[index]) &- UInt64(two[index]) &- borrow) >> 63 }
    return borrow == 1
  }
}
