/// Probabilities and their logits, ln(p ∕ (1 − p)), as integers, so that every machine computes the same.
enum Logistic {
  /// The largest logit, in 256ths.
  static let bound: Int32 = 3071

  /// The logit, in 256ths, of a probability in 65 536ths, which must lie in 1...65 535.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  static func logit(_ probability: UInt32) -> Int32 {
    // 710 ∕ 2¹⁴ turns 4096ths of log₂ into 256ths of ln.
    ((binaryLogarithm(probability) &- binaryLogarithm(65_536 &- probability)) &* 710) >> 14
  }

  /// The probability, in 65 536ths and in 1...65 535, of a logit in 256ths.
  static func probability(_ logit: Int32) -> UInt32 {
    let place = min(max(logit, -bound), bound) &+ 3072
    let (index, part) = (Int(place >> 7), UInt32(place & 127))
    let (low, high) = (UInt32(probabilities[index]), UInt32(probabilities[index &+ 1]))
    return low &+ ((high &- low) &* part) >> 7
  }

  /// log₂ in 4096ths, of 1...65 535.
  private static func binaryLogarithm(_ value: UInt32) -> Int32 {
    let exponent = 31 &- Int32(value.leadingZeroBitCount)
    let mantissa = Int((value &<< (16 &- UInt32(exponent))) >> 12) & 15
    return exponent << 12 | Int32(mantissas[mantissa])
  }

  /// 4096 · log₂(1 + k ∕ 16), plus a third of a step: the mean of the values that share an entry.
  private static let mantissas: InlineArray<16, UInt16> = [
    0, 462, 794, 1108, 1407, 1691, 1962, 2221, 2469, 2708, 2937, 3157, 3370, 3575, 3773, 3965,
  ]

  /// The probability of every 128th logit, from −3072 on.
  private static let probabilities: InlineArray<49, UInt16> = [
    1, 1, 1, 2, 3, 5, 8, 13, 22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743,
    32768, 40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500,
    65514, 65523, 65528, 65531, 65533, 65534, 65535, 65535, 65535,
  ]
}
