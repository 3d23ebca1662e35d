import AsvinPatch
import Glibc

/// Adds up what a patch would cost, in bits.
struct CostCounter: ~Copyable, BitCoder {
  static var isWriting: Bool { true }
  private var counted = 0.0
  /// The product of the probabilities of the bits that are not counted yet.
  private var probability = 1.0

  init() {}

  var bits: Double { counted - log2(probability) }

  @inline(__always)
  mutating func code(_ bit: UInt32, probability chance: UInt32) -> UInt32 {
    probability *= Double(bit == 1 ? chance : 65_536 &- chance) * 0x1p-16
    if probability < 0x1p-900 { count() }
    return bit
  }

  private mutating func count() { (counted, probability) = (bits, 1) }
}
