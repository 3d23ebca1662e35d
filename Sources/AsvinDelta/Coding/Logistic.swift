/// Probabilities and their logits, ln(p ∕ (1 − p)), in whole numbers: every machine computes the same.
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
    let mantissa = Int((value &<< (16 &- UInt32(exponent))) >> 10) & 63
    return exponent << 12 | Int32(mantissas[mantissa])
  }

  /// 4096 · log₂(1 + k ∕ 64).
  private static let mantissas: InlineArray<64, UInt16> = [
    0, 92, 182, 271, 358, 445, 530, 613, 696, 778, 858, 937, 1016, 1093, 1169, 1244, 1319, 1392, 1465, 1536, 1607,
    1677, 1746, 1814, 1882, 1949, 2015, 2080, 2145, 2208, 2272, 2334, 2396, 2457, 2518, 2578, 2637, 2696, 2754, 2812,
    2869, 2926, 2982, 3037, 3092, 3146, 3200, 3254, 3307, 3359, 3412, 3463, 3514, 3565, 3615, 3665, 3715, 3764, 3812,
    3861, 3908, 3956, 4003, 4050,
  ]

  /// The probability of each 128th logit from −3072.
  private static let probabilities: InlineArray<49, UInt16> = [
    1, 1, 1, 2, 3, 5, 8, 13, 22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743,
    32768, 40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438, 65476, 65500,
    65514, 65523, 65528, 65531, 65533, 65534, 65535, 65535, 65535,
  ]
}
