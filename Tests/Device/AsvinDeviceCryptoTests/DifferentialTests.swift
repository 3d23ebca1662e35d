import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Glibc
import Testing

/// Random keys and messages, signed by OpenSSL; `scripts/differential` runs ten thousand of each.
@Suite("The device's cryptography agrees with OpenSSL")
struct DifferentialTests {
  static let count = unsafe getenv("ASVIN_DIFFERENTIAL").flatMap { Int(unsafe String(cString: $0)) } ?? 300

  @Test(arguments: SignatureAlgorithm.allCases)
  func `A signature of OpenSSL is accepted, and with one bit changed both reject it`(algorithm: SignatureAlgorithm)
    throws
  {
    var numbers = SeededGenerator(seed: algorithm == .ed25519 ? 71 : 72)
    for number in 0..<Self.count {
      let key = try PrivateKey.generate(algorithm)
      let message = numbers.bytes(Int.random(in: 0..<200, using: &numbers))
      let signature = try key.signature(of: message)
      #expect(DeviceWycheproofTests.holds(signature, message, key.publicKey), "\(number)")
      // A bit of the signature, the message or the key.
      var (changed, otherMessage) = (signature, message)
      var point = Array(copying: key.publicKey.bytes)
      let bit = Int.random(in: 0..<8 * (64 + message.count + point.count), using: &numbers)
      switch bit / 8 {
      case ..<64: changed[bit / 8] ^= 1 << UInt8(bit % 8)
      case ..<(64 + message.count): otherMessage[bit / 8 - 64] ^= 1 << UInt8(bit % 8)
      default: point[bit / 8 - 64 - message.count] ^= 1 << UInt8(bit % 8)
      }
      let changedKey = PublicKey(algorithm, point.span)
      let other = try #require(changedKey)
      let expected = OpenSSL().isSignature(
        changed.span, of: SignedMessage(head: Span(), payload: otherMessage.span), by: other)
      #expect(DeviceWycheproofTests.holds(changed, otherMessage, other) == expected, "\(number), bit \(bit)")
      #expect(!expected, "\(number), bit \(bit)")
    }
  }
}
