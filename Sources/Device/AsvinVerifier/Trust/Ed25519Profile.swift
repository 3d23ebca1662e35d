/// The strict profile of Ed25519: checks of the encoding before the equation is computed.
///
/// S must be below L. A and R must be canonical and must not have a small order. Cryptographic libraries differ on all
/// of these, as the 12 cases of ed25519-speccheck show. Therefore the checks are made here, for every library. Together
/// with the cofactorless equation, case 3 is accepted and the other eleven are rejected.
public enum Ed25519Profile {
  /// Whether a signature (R ‖ S, 64 bytes) and a key (A, 32 bytes) are within the profile.
  public static func admits(signature: Span<UInt8>, key: Span<UInt8>) -> Bool {
    guard signature.count == 64, key.count == 32 else { return false }
    return isReduced(signature.extracting(32..<64)) && isGoodPoint(signature.extracting(0..<32)) && isGoodPoint(key)
  }

  private static func isGoodPoint(_ encoded: Span<UInt8>) -> Bool {
    // The bound excludes p − 1 as well, the y of the point of order 2.
    guard isBelow(encoded, highest.span, signBit: 0x80) else { return false }
    for index in smallOrder.indices {
      let y = smallOrder[index]
      if isSame(encoded, y.span) { return false }
    }
    return true
  }

  private static func isReduced(_ scalar: Span<UInt8>) -> Bool {
    isBelow(scalar, groupOrder.span, signBit: 0)
  }

  /// Whether a little-endian number, without its sign bit, is below a bound.
  private static func isBelow(_ number: Span<UInt8>, _ bound: Span<UInt8>, signBit: UInt8) -> Bool {
    var index = 31
    while index >= 0 {
      let byte = index == 31 ? number[index] & ~signBit : number[index]
      if byte != bound[index] { return byte < bound[index] }
      index &-= 1
    }
    return false
  }

  private static func isSame(_ encoded: Span<UInt8>, _ y: Span<UInt8>) -> Bool {
    for index in 0..<31 where encoded[index] != y[index] { return false }
    return encoded[31] & 0x7F == y[31]
  }

  /// p − 1, where p = 2²⁵⁵ − 19 (RFC 8032 §5.1), little-endian.
  private static let highest: InlineArray<32, UInt8> = [
    0xEC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F,
  ]

  /// L = 2²⁵² + 27742317777372353535851937790883648493 (RFC 8032 §5.1), little-endian.
  private static let groupOrder: InlineArray<32, UInt8> = [
    0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
  ]

  /// The y coordinates of the other points whose order divides 8: orders 4, 1, 8 and 8.
  private static let smallOrder: InlineArray<4, InlineArray<32, UInt8>> = [
    InlineArray(repeating: 0),
    [
      0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    ],
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
      0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
      0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
  ]
}
