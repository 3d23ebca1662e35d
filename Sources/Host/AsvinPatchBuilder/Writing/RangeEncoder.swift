import AsvinPatch

/// The encoder for the decoder of `AsvinPatch`.
struct RangeEncoder: ~Copyable, BitCoder {
  static var isWriting: Bool { true }
  private var low: UInt64 = 0
  private var range: UInt32 = .max
  private(set) var bytes: [UInt8] = []

  init() {}

  @inline(__always)
  mutating func code(_ bit: UInt32, probability: UInt32) -> UInt32 {
    let likely: UInt32 = probability >= 32_768 ? 1 : 0
    let rarer = likely == 1 ? 65_536 &- probability : probability
    let bound = (range >> 16) &* rarer
    if bit != likely {
      range = bound
    } else {
      low &+= UInt64(bound)
      range &-= bound
    }
    while range < 1 << 24 {
      range <<= 8
      shift()
    }
    return bit
  }

  /// Writes the top byte of the low end. A carry changes the bytes before it.
  private mutating func shift() {
    if low >> 32 != 0 { carry() }
    bytes.append(UInt8(truncatingIfNeeded: low >> 24))
    low = low << 8 & 0xFFFF_FFFF
  }

  private mutating func carry() {
    var index = bytes.count - 1
    while index >= 0, bytes[index] == 0xFF {
      bytes[index] = 0
      index -= 1
    }
    if index >= 0 { bytes[index] += 1 }
    low &= 0xFFFF_FFFF
  }

  /// Ends with the number in the range that has the most zero bytes at its end. These zeros are omitted.
  mutating func finish() -> [UInt8] {
    for bits in [32, 24, 16, 8, 0] as [UInt64] {
      let rounded = ((low + (1 << bits) - 1) >> bits) << bits
      if rounded < low + UInt64(range) {
        low = rounded
        break
      }
    }
    for _ in 0..<4 { shift() }
    while bytes.last == 0 { bytes.removeLast() }
    return bytes
  }
}
