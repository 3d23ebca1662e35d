import AsvinFixtures
import AsvinManifest
import Testing

@Suite("Envelopes and what their signatures cover")
struct EnvelopeTests {
  static let manifest: [UInt8] = [0xA0]

  static func envelope(signatures: Int) throws -> [UInt8] {
    let sign1 = (0..<signatures).map { number in
      Envelope.sign1(
        protectedHeader: Envelope.protectedHeader(algorithm: .ed25519, keyID: KeyID { _ in UInt8(number) }),
        signature: [UInt8](repeating: UInt8(number), count: 64))
    }
    return try Envelope.joining(manifest: manifest, signatureFile: Envelope.signatureFile(sign1))
  }

  static func fault(_ bytes: [UInt8]) -> WireFault? {
    do throws(WireError) {
      _ = try EnvelopeView(bytes.span)
      return nil
    } catch {
      return error.fault
    }
  }

  @Test(arguments: [0, 1, 2, 8])
  func `An envelope that was assembled is split into the same parts`(count: Int) throws {
    let bytes = try Self.envelope(signatures: count)
    let view = try EnvelopeView(bytes.span)
    #expect(view.signatureCount == count)
    let manifest = Array(copying: view.manifest)
    #expect(manifest == Self.manifest)
    let signatures = try Envelope.signatures(of: bytes)
    let joined = try Envelope.joining(manifest: manifest, signatureFile: Envelope.signatureFile(signatures))
    #expect(joined == bytes)
  }

  @Test func `Nine signatures are over the limit`() throws {
    let bytes = try Self.envelope(signatures: 9)
    #expect(Self.fault(bytes) == .overLimit(.signatures))
  }

  @Test func `A signature names algorithm, key and type`() throws {
    let bytes = try Self.envelope(signatures: 1)
    var cursor = try EnvelopeView(bytes.span).signatures
    guard let signature = try cursor.next() else {
      Issue.record("no signature")
      return
    }
    let (type, keyID) = (Array(copying: signature.type), Array(copying: signature.keyID))
    #expect(signature.algorithm == .ed25519)
    #expect(type == Array("asvin-manifest".utf8))
    #expect(keyID == [UInt8](repeating: 0, count: 8))
  }

  @Test func `A signature file that already holds a manifest joins to an envelope that is refused`() throws {
    let whole = try Self.envelope(signatures: 1)
    let joined = try Envelope.joining(manifest: Self.manifest, signatureFile: whole)
    #expect(Self.fault(joined) == .duplicateKey)
  }

  @Test(arguments: [[], [0x80], [0x00], [0xBF, 0xFF], [0xB8, 0x01]] as [[UInt8]])
  func `A signature file that is not a map is refused`(bytes: [UInt8]) {
    #expect(throws: WireError.self) { try Envelope.joining(manifest: Self.manifest, signatureFile: bytes) }
  }

  @Test(arguments: [0, 1, 23, 24, 255, 256, 4096])
  func `A signed message is what a general encoder makes of it`(payloadBytes: Int) {
    for headerBytes in [0, 23, 24, 30, 96] {
      let header = [UInt8](repeating: 0xAB, count: headerBytes)
      let payload = [UInt8](repeating: 0xCD, count: payloadBytes)
      var writer = CBORWriter()
      writer.head(.array, 4)
      writer.text(Array("Signature1".utf8))
      writer.byteString(header)
      writer.byteString([])
      writer.byteString(payload)
      #expect(Envelope.signedMessage(protectedHeader: header, payload: payload) == writer.bytes)
    }
  }
}
