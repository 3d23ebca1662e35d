import AsvinCrypto
import AsvinManifest
import AsvinVerifier
import Testing

/// Threats T1 and T16: a header that its key signed, and that is still not what a signature must have.
@Suite("A signature of a trusted key with another header")
struct ProtectedHeaderTests {
  static let signer = Bench.key(.ed25519)

  static func header(_ signer: PrivateKey, algorithm: SignatureAlgorithm? = nil) -> [UInt8] {
    Envelope.protectedHeader(
      algorithm: algorithm ?? signer.publicKey.algorithm, keyID: signer.publicKey.keyID(using: OpenSSL()))
  }

  static func signature(_ signer: PrivateKey, header: [UInt8], over manifest: [UInt8]) throws -> [UInt8] {
    let message = Envelope.signedMessage(protectedHeader: header, payload: manifest)
    return Envelope.sign1(protectedHeader: header, signature: try signer.signature(of: message))
  }

  static func reason(header: [UInt8]) throws -> Reason? {
    let manifest = try Bench.manifest().encoded()
    let signature = try signature(signer, header: header, over: manifest)
    return Bench.outcome(try Bench.envelope(manifest, signatures: [signature])).reason
  }

  @Test func `The header that we write is accepted`() throws {
    #expect(try Self.reason(header: Self.header(Self.signer)) == nil)
  }

  @Test(arguments: [[0x00], [0xA0], [0xF6, 0xF6]])
  func `Bytes after the header's map make the envelope malformed`(bytes: [UInt8]) throws {
    #expect(try Self.reason(header: Self.header(Self.signer) + bytes) == .envelopeMalformed)
  }

  @Test func `The algorithm's number without its sign is another algorithm`() throws {
    var header = Self.header(Self.signer)
    // A map of three, the key 1, and a negative integer below 24.
    #expect(header[..<2] == [0xA3, 0x01])
    #expect(header[2] & 0xE0 == 0x20)
    header[2] &= 0x1F
    #expect(try Self.reason(header: header) == .algorithmMismatch)
  }

  @Test func `The reason is that of the signature that came closest, in any order`() throws {
    let manifest = try Bench.manifest().encoded()
    let mismatch = try Self.signature(
      Self.signer, header: Self.header(Self.signer, algorithm: .ecdsaP256), over: manifest)
    let bad = try Self.signature(Self.signer, header: Self.header(Self.signer), over: manifest + [0])
    for signatures in [[mismatch, bad], [bad, mismatch]] {
      #expect(Bench.outcome(try Bench.envelope(manifest, signatures: signatures)).reason == .badSignature)
    }
  }
}
