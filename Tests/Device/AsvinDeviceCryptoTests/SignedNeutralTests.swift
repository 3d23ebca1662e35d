import Testing

@testable import AsvinDeviceCrypto

/// With the neutral point as the key, any multiple of the base point is a signature of everything.
@Suite("The neutral point of Ed25519")
struct SignedNeutralTests {
  /// The encoded base point, and 1.
  static let signature: [UInt8] =
    [0x58] + [UInt8](repeating: 0x66, count: 31) + [1] + [UInt8](repeating: 0, count: 31)

  static func isSignature(sign: UInt8, of message: [UInt8]) -> Bool {
    let key = [1] + [UInt8](repeating: 0, count: 30) + [sign]
    return Ed25519.isSignature(signature.span, of: message.span, [UInt8]().span, by: key.span)
  }

  @Test(arguments: [[], [1], [2, 3]])
  func `The signature that it makes good is refused where its encoding has a sign`(message: [UInt8]) {
    // The equation alone holds; the strict profile refuses this key before it.
    #expect(Self.isSignature(sign: 0, of: message))
    #expect(!Self.isSignature(sign: 0x80, of: message))
  }
}
