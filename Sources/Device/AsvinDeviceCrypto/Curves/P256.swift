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
        calculator.combine(u, v, addition.span)
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
    calculator.toMontgomery(.constant)
    setPoint(x, y, calculator)
    calculator.copy(point: 0, to: 5)
    calculator.run(equation.span)
    guard calculator.areEqual(.a, .b) else { return false }
    calculator.copy(point: 0, to: 1)
    setPoint(baseX, baseY, calculator)
    calculator.copy(point: 0, to: 4)
    calculator.run(addition.span)
    calculator.copy(point: 0, to: 6)
    calculator.subtract(.x1, .x1, to: .x1)
    calculator.copy(.x1, to: .z1)
    calculator.copy(.one, to: .y1)
    return true
  }

  private static func setPoint(_ x: Number, _ y: Number, _ calculator: Calculator) {
    calculator.set(.x1, x)
    calculator.set(.y1, y)
    calculator.toMontgomery(.x1)
    calculator.toMontgomery(.y1)
    calculator.copy(.one, to: .z1)
  }

  /// Whether point 0 is not the neutral one, and its x is r modulo n: r · Z is X, or (r + n) · Z, without an inversion.
  private static func isResult(_ calculator: Calculator, _ r: Number) -> Bool {
    guard !Number.isZero(calculator.value(.z1)) else { return false }
    var candidate = r
    for _ in 0..<2 {
      calculator.set(.a, candidate)
      calculator.toMontgomery(.a)
      calculator.multiply(.a, .z1, to: .a)
      if calculator.areEqual(.a, .x1) { return true }
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

  /// y² in a, x³ − 3x + b in b.
  private static let equation: InlineArray<7, Step> = [
    .multiply(.y1, .y1, to: .a), .multiply(.x1, .x1, to: .b), .multiply(.b, .x1, to: .b),
    .subtract(.b, .x1, to: .b), .subtract(.b, .x1, to: .b), .subtract(.b, .x1, to: .b), .add(.b, .constant, to: .b),
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

  /// b (SP 800-186, 3.2.1.3).
  private static let coefficient: Number = [
    0x27D2_604B, 0x3BCE_3C3E, 0xCC53_B0F6, 0x651D_06B0, 0x7698_86BC, 0xB3EB_BD55, 0xAA3A_93E7, 0x5AC6_35D8,
  ]

  /// The base point's x.
  private static let baseX: Number = [
    0xD898_C296, 0xF4A1_3945, 0x2DEB_33A0, 0x7703_7D81, 0x63A4_40F2, 0xF8BC_E6E5, 0xE12C_4247, 0x6B17_D1F2,
  ]

  /// The base point's y.
  private static let baseY: Number = [
    0x37BF_51F5, 0xCBB6_4068, 0x6B31_5ECE, 0x2BCE_3357, 0x7C0F_9E16, 0x8EE7_EB4A, 0xFE1A_7F9B, 0x4FE3_42E2,
  ]
}
