import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import FoundationEssentials
import Testing

/// Threat T16. The working group's messages carry their payload and ES256; ours are detached and ESP256. What is
/// judged here is what both share: the encoding, the Sig_structure and the signature.
@Suite("COSE_Sign1 messages of the working group")
struct COSETests {
  struct File: Decodable {
    struct Input: Decodable { let sign0: Sign0 }
    struct Sign0: Decodable {
      let key: Key
      let external: String?
    }
    struct Key: Decodable {
      let x: String
      let y: String
    }
    struct Intermediates: Decodable {
      enum CodingKeys: String, CodingKey { case toBeSigned = "ToBeSign_hex" }
      let toBeSigned: String
    }
    struct Output: Decodable { let cbor: String }
    let input: Input
    let intermediates: Intermediates
    let output: Output

    func key() throws -> PublicKey {
      let bytes = try [input.sign0.key.x, input.sign0.key.y].flatMap { text in
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        return Array(try #require(Data(base64Encoded: base64 + "=")))
      }
      guard let key = PublicKey(.ecdsaP256, bytes.span) else { throw CryptoError.notAPublicKey }
      return key
    }
  }

  struct Message {
    let protectedHeader: [UInt8]
    let payload: [UInt8]
    let signature: [UInt8]
  }

  /// Takes a message with ES256 (−7) apart, with the tag of RFC 9052 §4.2 or without one; no other tag.
  static func message(_ bytes: [UInt8]) throws -> Message? {
    var reader = CBORReader(bytes.span, at: bytes.first == 0xD2 ? 1 : 0)
    try reader.expect(CBORHead(.array, 4), orElse: .invalidValue)
    let header = try reader.byteString()
    try reader.skip()
    let payload = Array(copying: try reader.byteString())
    let signature = Array(copying: try reader.byteString(count: ManifestSchema.signatureBytes))
    try reader.finish()
    var headerReader = CBORReader(header)
    var map = try headerReader.map()
    guard try headerReader.nextKey(in: &map) == CBORKey(1) else { return nil }
    guard try headerReader.head() == CBORHead(.negative, 6) else { return nil }
    try headerReader.finish()
    return Message(protectedHeader: Array(copying: header), payload: payload, signature: signature)
  }

  static func isGood(_ file: File) throws -> Bool {
    guard let message = try message([UInt8](hex: file.output.cbor)) else { return false }
    let signed = Envelope.signedMessage(protectedHeader: message.protectedHeader, payload: message.payload)
    return WycheproofTests.holds(message.signature, signed, try file.key())
  }

  static func file(_ name: String) throws -> File { try Shared.json("vectors/cose/\(name).json", as: File.self) }

  @Test(.needsShared("vectors/cose"))
  func `A good one without external data holds, over the bytes that were published`() throws {
    let file = try Self.file("sign-pass-03")
    let message = try #require(try Self.message([UInt8](hex: file.output.cbor)))
    let signed = Envelope.signedMessage(protectedHeader: message.protectedHeader, payload: message.payload)
    #expect(signed == [UInt8](hex: file.intermediates.toBeSigned))
    #expect(try Self.isGood(file))
  }

  @Test(.needsShared("vectors/cose"))
  func `A signature whose algorithm is not signed is refused, although it is valid`() throws {
    let file = try Self.file("sign-pass-01")
    let bytes = [UInt8](hex: file.output.cbor)
    let toBeSigned = [UInt8](hex: file.intermediates.toBeSigned)
    #expect(WycheproofTests.holds(Array(bytes.suffix(ManifestSchema.signatureBytes)), toBeSigned, try file.key()))
    #expect((try? Self.message(bytes)) == nil)  // a refusal by error is a refusal
  }

  @Test(.needsShared("vectors/cose"))
  func `One with external data holds over its bytes, and never without the data`() throws {
    let file = try Self.file("sign-pass-02")
    let message = try #require(try Self.message([UInt8](hex: file.output.cbor)))
    let toBeSigned = [UInt8](hex: file.intermediates.toBeSigned)
    #expect(WycheproofTests.holds(message.signature, toBeSigned, try file.key()))
    #expect(try !Self.isGood(file))
  }

  @Test(
    .needsShared("vectors/cose"),
    arguments: ["fail-01", "fail-02", "fail-03", "fail-04", "fail-06", "fail-07"])
  func `A bad one does not hold`(name: String) throws {
    let file = try Self.file("sign-\(name)")
    var isGood = false
    do { isGood = try Self.isGood(file) } catch is WireError { isGood = false }
    #expect(!isGood)
  }
}
