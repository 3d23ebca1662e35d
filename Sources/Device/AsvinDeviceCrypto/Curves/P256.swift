import AsvinManifest

/// Verification of ECDSA signatures on P-256 with SHA-256 (FIPS 186-5, 6.4.2).
public enum P256 {
  /// Whether r ‖ s (64 bytes, big-endian) is a signature of a message, in two pieces, by the key X ‖ Y (64 bytes).
  ///
  /// r and s are in 1..<n, low and high s are both good; the key is a point of the curve.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public static func isSignature(
    _ signature: Span<UInt8>, of head: Span<UInt8>, _ payload: Span<UInt8>, by key: Span<UInt8>
  ) -> Bool {
    guard signature.count == 64, key.count == 64 else { return false }
    let (r, s) = (Number(bigEndian: signature, at: 0), Number(bigEndian: signature, at: 32))
    let order = Modulus.p256Order.value
    guard !Number.isZero(r), !Number.isZero(s), r.isBelow(order), s.isBelow(order) else { return false }
    let (u, v) = factors(digest(head, payload), r, s)
    return unsafe withUnsafePointer(to: Modulus.p256Field) { field in
      unsafe Calculator.with(field, registers: Calculator.allRegisters) { calculator in
        guard load(key, calculator) else { return false }
        calculator.combine(u, v, doubling: doubling.span, addition: addition.span)
        return isResult(calculator, r)
      }
    }
  }

  /// A function of its own, so that the hash is off the stack before the calculator is made.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func digest(_ head: Span<UInt8>, _ payload: Span<UInt8>) -> Number {
    var hash = SHA256()
    hash.update(head)
    hash.update(payload)
    let digest = hash.finish()
    return digest.withSpan { Number(bigEndian: $0, at: 0) }
  }

  /// h ∕ s and r ∕ s, modulo n.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func factors(_ hash: Number, _ r: Number, _ s: Number) -> (Number, Number) {
    unsafe withUnsafePointer(to: Modulus.p256Order) { order in
      unsafe Calculator.with(order, registers: Calculator.formulaRegisters) { calculator in
        calculator.set(.a, s)
        calculator.toMontgomery(.a)
        calculator.invert(.a, into: .b)
        // The product of a plain number and one in Montgomery form is plain. The hash may be n or more; this reduces
        // it.
        calculator.set(.c, hash)
        calculator.set(.d, r)
        calculator.multiply(.c, .b, to: .c)
        calculator.multiply(.d, .b, to: .d)
        return (calculator.value(.c), calculator.value(.d))
      }
    }
  }

  /// Puts G, the key Q and their sum into the table, and the neutral point before it; `false` where the key is not on
  /// the curve.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  static func load(_ key: Span<UInt8>, _ calculator: Calculator) -> Bool {
    let (x, y) = (Number(bigEndian: key, at: 0), Number(bigEndian: key, at: 32))
    guard calculator.isReduced(x), calculator.isReduced(y) else { return false }
    calculator.set(.constant, coefficient)
    calculator.set(.x1, x)
    calculator.set(.y1, y)
    calculator.toMontgomery(.x1)
    calculator.toMontgomery(.y1)
    calculator.copy(.one, to: .z1)
    calculator.copy(point: 0, to: 5)
    calculator.run(equation.span)
    guard calculator.isZero(.b) else { return false }
    calculator.copy(point: 0, to: 1)
    calculator.set(.x1, baseX)
    calculator.set(.y1, baseY)
    calculator.copy(point: 0, to: 4)
    calculator.run(addition.span)
    calculator.copy(point: 0, to: 6)
    calculator.run(neutral.span)
    return true
  }

  /// Whether point 0 is not the neutral one, and its x is r modulo n: r · Z is X, or (r + n) · Z, without an inversion.
  private static func isResult(_ calculator: Calculator, _ r: Number) -> Bool {
    guard !calculator.isZero(.z1) else { return false }
    var candidate = r
    for _ in 0..<2 {
      calculator.set(.a, candidate)
      calculator.toMontgomery(.a)
      calculator.multiply(.a, .z1, to: .a)
      calculator.subtract(.a, .x1, to: .a)
      if calculator.isZero(.a) { return true }
      let order = Modulus.p256Order.value
      var carry: UInt64 = 0
      for index in 0..<8 {
        carry = carry &+ UInt64(r[index]) &+ UInt64(order[index])
        candidate[index] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      guard carry == 0, calculator.isReduced(candidate) else { return false }
    }
    return false
  }

  /// x³ − 3x + b − y² in b.
  private static let equation: InlineArray<8, Step> = [
    .multiply(.y1, .y1, to: .a), .multiply(.x1, .x1, to: .b), .multiply(.b, .x1, to: .b),
    .subtract(.b, .x1, to: .b), .subtract(.b, .x1, to: .b), .subtract(.b, .x1, to: .b), .add(.b, .constant, to: .b),
    .subtract(.b, .a, to: .b),
  ]

  /// x and z are 0, y is 1.
  private static let neutral: InlineArray<3, Step> = [
    .subtract(.one, .one, to: .x1), .add(.x1, .one, to: .y1), .subtract(.one, .one, to: .z1),
  ]

  /// Doubles a point in projective coordinates; complete where a is −3 and the order is odd (Renes, Costello and Batina,
  /// 2016, algorithm 6).
  private static let doubling: InlineArray<34, Step> = [
    .multiply(.x1, .x1, to: .a), .multiply(.y1, .y1, to: .b), .multiply(.z1, .z1, to: .c),
    .multiply(.x1, .y1, to: .d), .multiply(.y1, .z1, to: .f), .multiply(.x1, .z1, to: .z1),
    .add(.d, .d, to: .d), .add(.z1, .z1, to: .z1), .multiply(.constant, .c, to: .y1),
    .subtract(.y1, .z1, to: .y1), .add(.y1, .y1, to: .x1), .add(.x1, .y1, to: .y1),
    .subtract(.b, .y1, to: .x1), .add(.b, .y1, to: .y1), .multiply(.x1, .y1, to: .y1),
    .multiply(.x1, .d, to: .x1), .add(.c, .c, to: .d), .add(.c, .d, to: .c),
    .multiply(.constant, .z1, to: .z1), .subtract(.z1, .c, to: .z1), .subtract(.z1, .a, to: .z1),
    .add(.z1, .z1, to: .d), .add(.z1, .d, to: .z1), .add(.a, .a, to: .d), .add(.d, .a, to: .a),
    .subtract(.a, .c, to: .a), .multiply(.a, .z1, to: .a), .add(.y1, .a, to: .y1),
    .add(.f, .f, to: .f), .multiply(.f, .z1, to: .z1), .subtract(.x1, .z1, to: .x1),
    .multiply(.f, .b, to: .z1), .add(.z1, .z1, to: .z1), .add(.z1, .z1, to: .z1),
  ]

  /// Adds two points in projective coordinates; complete where a is −3 and the order is odd (Renes, Costello and
  /// Batina, 2016, algorithm 4).
  private static let addition: InlineArray<43, Step> = [
    .multiply(.x1, .x2, to: .a), .multiply(.y1, .y2, to: .b), .multiply(.z1, .z2, to: .c),
    .add(.x1, .y1, to: .d), .add(.x2, .y2, to: .e), .multiply(.d, .e, to: .d),
    .add(.a, .b, to: .e), .subtract(.d, .e, to: .d), .add(.y1, .z1, to: .e),
    .add(.y2, .z2, to: .f), .multiply(.e, .f, to: .e), .add(.b, .c, to: .f),
    .subtract(.e, .f, to: .e), .add(.x1, .z1, to: .f), .add(.x2, .z2, to: .t1),
    .multiply(.f, .t1, to: .f), .add(.a, .c, to: .t1), .subtract(.f, .t1, to: .t1),
    .multiply(.constant, .c, to: .t2), .subtract(.t1, .t2, to: .f), .add(.f, .f, to: .t2),
    .add(.f, .t2, to: .f), .subtract(.b, .f, to: .t2), .add(.b, .f, to: .f),
    .multiply(.constant, .t1, to: .t1), .add(.c, .c, to: .b), .add(.b, .c, to: .c),
    .subtract(.t1, .c, to: .t1), .subtract(.t1, .a, to: .t1), .add(.t1, .t1, to: .b),
    .add(.b, .t1, to: .t1), .add(.a, .a, to: .b), .add(.b, .a, to: .a),
    .subtract(.a, .c, to: .a), .multiply(.e, .t1, to: .b), .multiply(.a, .t1, to: .c),
    .multiply(.f, .t2, to: .t1), .add(.t1, .c, to: .y1), .multiply(.d, .f, to: .f),
    .subtract(.f, .b, to: .x1), .multiply(.e, .t2, to: .t2), .multiply(.d, .a, to: .b),
    .add(.t2, .b, to: .z1),
  ]

  /// b (SP 800-186, 3.2.1.3), in Montgomery form.
  private static let coefficient: Number = [
    0x29C4_BDDF, 0xD89C_DF62, 0x7884_3090, 0xACF0_05CD, 0xF721_2ED6, 0xE5A2_20AB, 0x0487_4834, 0xDC30_061D,
  ]

  /// The base point's x, in Montgomery form.
  private static let baseX: Number = [
    0x18A9_143C, 0x79E7_30D4, 0x5FED_B601, 0x75BA_95FC, 0x7762_2510, 0x79FB_732B, 0xA537_55C6, 0x1890_5F76,
  ]

  /// The base point's y, in Montgomery form.
  private static let baseY: Number = [
    0xCE95_560A, 0xDDF2_5357, 0xBA19_E45C, 0x8B4A_B8E4, 0xDD21_F325, 0xD2E8_8688, 0x2588_5D85, 0x8571_FF18,
  ]
}
