import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto
import Testing

/// The verifier with the device's own cryptography, which leaves the strict profile to it.
@Suite("The strict profile on a device")
struct DeviceProfileTests {
  @Test func `A signature of nothing by a key of small order is refused, whatever was signed`() throws {
    // A and R are the neutral point and S is 0: the equation holds for every message.
    let neutral = [1] + [UInt8](repeating: 0, count: 31)
    let signature = neutral + [UInt8](repeating: 0, count: 32)
    let found = PublicKey(.ed25519, neutral.span)
    let key = try #require(found)
    let cryptography = DeviceCryptography()
    let holds = cryptography.isSignature(
      signature.span, of: SignedMessage(head: neutral.span, payload: neutral.span), by: key)
    #expect(holds, "the equation alone accepts it")
    let anchors = [TrustAnchor(key, using: cryptography)]
    let trust = Trust(anchors.span)
    let bytes = try Update(image: [1, 2, 3]).envelope
    let manifest = Array(copying: try EnvelopeView(bytes.span).manifest)
    let header = Envelope.protectedHeader(algorithm: .ed25519, keyID: key.keyID(using: cryptography))
    let sign1 = Envelope.sign1(protectedHeader: header, signature: signature)
    let envelope = try Envelope.joining(manifest: manifest, signatureFile: Envelope.signatureFile([sign1]))
    let device = DevicePolicy(
      vendor: .unchecked, deviceClass: .unchecked, floor: .unchecked, sequence: nil, slots: .unchecked)
    var rejection: Rejection?
    do throws(Rejection) {
      guard let trust else { fatalError("one key is trust") }
      _ = try Verifier(cryptography).verify(envelope.span, trust: trust, device: device)
    } catch {
      rejection = error
    }
    #expect(rejection == Rejection(.badSignature))
  }
}
