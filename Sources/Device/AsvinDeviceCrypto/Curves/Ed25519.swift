import AsvinManifest

/// Verification of Ed25519 signatures (RFC 8032 §5.1.7): the cofactorless equation. `Ed25519Profile` of `AsvinVerifier`
/// checks the strict profile of the encoding before that.
public enum Ed25519 {
  /// Whether R ‖ S (64 bytes) is a signature of a message, in two pieces, by the key A (32 bytes).
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public static func isSignature(
    _ signature: Span<UInt8>, of head: Span<UInt8>, _ payload: Span<UInt8>, by key: Span<UInt8>
  ) -> Bool {
    guard signature.count == 64, key.count == 32 else { return false }
    let challenge = challenge(signature.extracting(first: 32), key, head, payload)
    return unsafe withUnsafePointer(to: Modulus.ed25519Field) { field in
      unsafe Calculator.with(field, registers: Calculator.allRegisters) { calculator in
        guard negate(key, calculator) else { return false }
        load(calculator)
        calculator.combine(
          Number(littleEndian: signature, at: 32), challenge, doubling: doubling.span, addition: addition.span)
        return isEncoded(calculator, as: signature)
      }
    }
  }

  /// Puts the base point, point 0 and their sum into the table, and the neutral point before it.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func load(_ calculator: Calculator) {
    calculator.copy(point: 0, to: 5)
    calculator.set(.x1, baseX)
    calculator.set(.y1, baseY)
    calculator.multiply(.x1, .y1, to: .t1)
    calculator.copy(point: 0, to: 4)
    // 2d
    calculator.add(.constant, .constant, to: .constant)
    calculator.copy(point: 5, to: 1)
    calculator.run(addition.span)
    calculator.copy(point: 0, to: 6)
    calculator.run(neutral.span)
  }

  /// SHA-512(R ‖ A ‖ M), a number of 512 bits, modulo L.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func challenge(
    _ point: Span<UInt8>, _ key: Span<UInt8>, _ head: Span<UInt8>, _ payload: Span<UInt8>
  ) -> Number {
    let digest = digest(point, key, head, payload)
    return unsafe withUnsafePointer(to: Modulus.ed25519Order) { order in
      unsafe Calculator.with(order, registers: Calculator.formulaRegisters) { calculator in
        digest.withSpan { bytes in
          calculator.set(.a, Number(littleEndian: bytes, at: 0))
          calculator.set(.b, Number(littleEndian: bytes, at: 32))
        }
        // In Montgomery form: the lower half, and the upper one times 2²⁵⁶.
        calculator.toMontgomery(.a)
        calculator.toMontgomery(.b)
        calculator.toMontgomery(.b)
        calculator.add(.a, .b, to: .a)
        calculator.fromMontgomery(.a)
        return calculator.value(.a)
      }
    }
  }

  /// A function of its own, so that the hash is off the stack before the calculator is made.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private static func digest(
    _ point: Span<UInt8>, _ key: Span<UInt8>, _ head: Span<UInt8>, _ payload: Span<UInt8>
  ) -> FixedBytes<64> {
    var hash = SHA512()
    hash.update(point)
    hash.update(key)
    hash.update(head)
    hash.update(payload)
    return hash.finish()
  }

  /// The negative of an encoded point (RFC 8032 §5.1.3), into point 0; `false` where it is on no curve. Leaves d in the
  /// constant.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  static func negate(_ encoded: Span<UInt8>, _ calculator: Calculator) -> Bool {
    var y = Number(littleEndian: encoded, at: 0)
    let sign = y[7] >> 31
    y[7] &= 0x7FFF_FFFF
    calculator.set(.y1, y)
    calculator.toMontgomery(.y1)
    calculator.set(.constant, coefficient)
    calculator.copy(.one, to: .z1)
    calculator.run(ratio.span)
    calculator.raise(.d, to: rootExponent, into: .e)
    calculator.run(candidate.span)
    // v · x² is u, or −u, and then x is to be multiplied by a root of −1.
    if !calculator.isZero(.e) {
      calculator.add(.e, .a, to: .e)
      calculator.add(.e, .a, to: .e)
      guard calculator.isZero(.e) else { return false }
      calculator.set(.e, minusOneRoot)
      calculator.multiply(.x1, .e, to: .x1)
    }
    calculator.copy(.x1, to: .e)
    calculator.fromMontgomery(.e)
    if Number.isZero(calculator.value(.e)), sign == 1 { return false }
    // The other sign than the encoded one, because the negative is needed.
    if calculator.value(.e).bit(0) == sign { calculator.subtract(.t1, .x1, to: .x1) }
    calculator.multiply(.x1, .y1, to: .t1)
    return true
  }

  /// Whether point 0 has an encoding of 32 bytes (RFC 8032 §5.1.2).
  private static func isEncoded(_ calculator: Calculator, as bytes: Span<UInt8>) -> Bool {
    calculator.invert(.z1, into: .a)
    calculator.multiply(.x1, .a, to: .x1)
    calculator.multiply(.y1, .a, to: .y1)
    calculator.fromMontgomery(.x1)
    calculator.fromMontgomery(.y1)
    var expected = calculator.value(.y1)
    expected[7] |= calculator.value(.x1).bit(0) << 31
    return expected.equals(Number(littleEndian: bytes, at: 0))
  }

  /// u = y² − 1 in a, v = d · y² + 1 in b, u · v³ in c, u · v⁷ in d.
  private static let ratio: InlineArray<10, Step> = [
    .multiply(.y1, .y1, to: .a), .multiply(.constant, .a, to: .b), .subtract(.a, .one, to: .a),
    .add(.b, .one, to: .b), .multiply(.b, .b, to: .c), .multiply(.c, .b, to: .c), .multiply(.c, .c, to: .d),
    .multiply(.d, .b, to: .d), .multiply(.d, .a, to: .d), .multiply(.c, .a, to: .c),
  ]

  /// x = u · v³ · (u · v⁷)^((p − 5) ∕ 8), and v · x² − u in e; 0 in t1.
  private static let candidate: InlineArray<5, Step> = [
    .multiply(.c, .e, to: .x1), .multiply(.x1, .x1, to: .e), .multiply(.e, .b, to: .e), .subtract(.e, .e, to: .t1),
    .subtract(.e, .a, to: .e),
  ]

  /// x and t are 0, y and z are 1.
  private static let neutral: InlineArray<4, Step> = [
    .subtract(.one, .one, to: .x1), .subtract(.one, .one, to: .t1), .add(.x1, .one, to: .y1), .add(.x1, .one, to: .z1),
  ]

  /// Doubles a point in extended coordinates (RFC 8032 §5.1.4).
  private static let doubling: InlineArray<14, Step> = [
    .multiply(.x1, .x1, to: .a), .multiply(.y1, .y1, to: .b), .multiply(.z1, .z1, to: .c), .add(.c, .c, to: .c),
    .add(.x1, .y1, to: .d), .multiply(.d, .d, to: .d),
    .add(.a, .b, to: .e), .subtract(.e, .d, to: .d), .subtract(.a, .b, to: .b), .add(.c, .b, to: .c),
    .multiply(.d, .c, to: .x1), .multiply(.b, .e, to: .y1), .multiply(.d, .e, to: .t1), .multiply(.c, .b, to: .z1),
  ]

  /// Adds two points in extended coordinates; complete on this curve (Hisil, Wong, Carter and Dawson, 2008, 3.1).
  private static let addition: InlineArray<18, Step> = [
    .subtract(.y1, .x1, to: .a), .subtract(.y2, .x2, to: .b), .multiply(.a, .b, to: .a),
    .add(.y1, .x1, to: .b), .add(.y2, .x2, to: .c), .multiply(.b, .c, to: .b),
    .multiply(.t1, .t2, to: .c), .multiply(.c, .constant, to: .c),
    .multiply(.z1, .z2, to: .d), .add(.d, .d, to: .d),
    .subtract(.b, .a, to: .e), .subtract(.d, .c, to: .f), .add(.d, .c, to: .d), .add(.b, .a, to: .b),
    .multiply(.e, .f, to: .x1), .multiply(.d, .b, to: .y1), .multiply(.e, .b, to: .t1), .multiply(.f, .d, to: .z1),
  ]

  /// d = −121665 ∕ 121666, in Montgomery form.
  private static let coefficient: Number = [
    0xDF47_E9FA, 0x80ED_8BFE, 0xAFC6_2973, 0x10A1_8777, 0xBC18_8690, 0xE593_9207, 0x729F_C526, 0x2C82_2B5A,
  ]

  /// A root of −1: 2^((p − 1) ∕ 4), in Montgomery form.
  private static let minusOneRoot: Number = [
    0xFE2B_DB04, 0x3B58_07D4, 0xB51B_E9ED, 0x03F5_90FD, 0x3362_02D1, 0x6D6E_16BF, 0xD6C7_1BA8, 0x7577_6B0B,
  ]

  /// (p − 5) ∕ 8.
  private static let rootExponent: Number = [
    0xFFFF_FFFD, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x0FFF_FFFF,
  ]

  /// The base point's x, in Montgomery form.
  private static let baseX: Number = [
    0x3F9D_A287, 0xE2CA_BC55, 0x2396_E489, 0x9CA5_9856, 0xADE4_B5B7, 0x9879_936B, 0x7E60_77D0, 0x759E_2370,
  ]

  /// The base point's y: 4 ∕ 5, in Montgomery form.
  private static let baseY: Number = [
    0x3333_334A, 0x3333_3333, 0x3333_3333, 0x3333_3333, 0x3333_3333, 0x3333_3333, 0x3333_3333, 0x3333_3333,
  ]
}
