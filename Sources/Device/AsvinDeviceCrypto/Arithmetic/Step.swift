/// A step of a formula: it stores the product, the sum or the difference of two registers in a third one. A formula is
/// a table of steps, because a step takes two bytes of flash and a call takes sixteen.
struct Step: BitwiseCopyable {
  /// A register of a formula: the two points, the results, and a curve's constant.
  enum Register: UInt16 {
    case x1, y1, z1, t1, x2, y2, z2, t2, a, b, c, d, e, f, constant, one
  }

  enum Operation: UInt16 {
    case product, sum, difference
  }

  private let code: UInt16

  private init(_ operation: Operation, _ target: Register, _ left: Register, _ right: Register) {
    code = operation.rawValue << 12 | target.rawValue << 8 | left.rawValue << 4 | right.rawValue
  }

  static func multiply(_ left: Register, _ right: Register, to target: Register) -> Step {
    Step(.product, target, left, right)
  }
  static func add(_ left: Register, _ right: Register, to target: Register) -> Step { Step(.sum, target, left, right) }
  static func subtract(_ left: Register, _ right: Register, to target: Register) -> Step {
    Step(.difference, target, left, right)
  }

  var isProduct: Bool { code >> 12 == Operation.product.rawValue }
  var isSum: Bool { code >> 12 == Operation.sum.rawValue }
  var target: Int { Int(code >> 8 & 15) }
  var left: Int { Int(code >> 4 & 15) }
  var right: Int { Int(code & 15) }
}
