import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import FoundationEssentials
import Testing

@Suite("Signing")
struct SigningTests {
  static let algorithms = [SignatureAlgorithm.ed25519, .ecdsaP256]

  /// The order of P-256 (FIPS 186-5, SP 800-186).
  static let order = [UInt8](hex: "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")

  /// An Ed25519 key of its seed, in the fixed form of RFC 8410 §7.
  static func ed25519(seed: String) throws -> PrivateKey {
    let der = [UInt8](hex: "302E020100300506032B657004220420") + [UInt8](hex: seed)
    let text = "-----BEGIN PRIVATE KEY-----\n\(Data(der).base64EncodedString())\n-----END PRIVATE KEY-----\n"
    return try PrivateKey(pem: Array(text.utf8), passphrase: nil)
  }

  /// RFC 8032 §7.1, tests 1 to 3.
  @Test(arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
        + "655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
        + "b00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
        + "c027beceea1ec40a"
    ),
  ])
  func `The Ed25519 signatures of RFC 8032 come out`(seed: String, message: String, signature: String) throws {
    let key = try Self.ed25519(seed: seed)
    #expect(try key.signature(of: [UInt8](hex: message)) == [UInt8](hex: signature))
  }

  /// The P-256 vector of the DSSE protocol, which was made with another RFC 6979 implementation.
  @Test func `The signature of the DSSE vector comes out`() throws {
    let scalar = [UInt8](hex: "d73ec437fd6346e3619c5ebfdfff0f6916804955ad32ac9ac492b0ede1f6ffb7")
    let message = Array("DSSEv1 29 http://example.com/HelloWorld 11 hello world".utf8)
    let signature = [UInt8](
      hex: "03726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b"
        + "51eab0c06a369b64a7222537d4887a893dc200ae21060074d57825235b624864")
    #expect(try PrivateKey(p256Scalar: scalar).signature(of: message) == signature)
  }

  @Test(arguments: algorithms)
  func `The signatures of a new key verify, are deterministic, and verify only over their own message`(
    algorithm: SignatureAlgorithm
  ) throws {
    let key = try PrivateKey.generate(algorithm)
    var numbers = SeededGenerator(seed: 2)
    for count in [0, 1, 31, 32, 33, 1000, 100_000] {
      let message = numbers.bytes(count)
      let signature = try key.signature(of: message)
      #expect(try key.signature(of: message) == signature)
      #expect(WycheproofTests.holds(signature, message, key.publicKey))
      #expect(!WycheproofTests.holds(signature, message + [0], key.publicKey))
      #expect(!WycheproofTests.holds(signature.dropLast(), message, key.publicKey))
      #expect(!WycheproofTests.holds(signature + [0], message, key.publicKey))
    }
  }

  @Test(arguments: algorithms)
  func `A signature of another key is not valid`(algorithm: SignatureAlgorithm) throws {
    let (key, other) = (try PrivateKey.generate(algorithm), try PrivateKey.generate(algorithm))
    #expect(!WycheproofTests.holds(try key.signature(of: [1]), [1], other.publicKey))
  }

  @Test(arguments: [0, 32])
  func `A P-256 signature with r or s out of 1..<n is not valid`(place: Int) throws {
    let key = try PrivateKey.generate(.ecdsaP256)
    for half in [[UInt8](repeating: 0, count: 32), Self.order, [UInt8](repeating: 0xFF, count: 32)] {
      var signature = try key.signature(of: [1])
      signature.replaceSubrange(place..<(place + 32), with: half)
      #expect(!WycheproofTests.holds(signature, [1], key.publicKey))
    }
  }

  @Test(arguments: [[], [1], [UInt8](repeating: 0, count: 32), order])
  func `A scalar that is not a private key is refused`(scalar: [UInt8]) {
    #expect(throws: CryptoError.notAPrivateKey) { try PrivateKey(p256Scalar: scalar) }
  }

  @Test
  func `A P-256 key that is not a point of the curve verifies nothing and cannot be written as PEM`() throws {
    let bytes = [UInt8](repeating: 7, count: 64)
    let made = PublicKey(.ecdsaP256, bytes.span)
    let key = try #require(made)
    #expect(!WycheproofTests.holds([UInt8](repeating: 1, count: 64), [1], key))
    #expect(throws: CryptoError.notAPublicKey) { try key.pem() }
  }
}
