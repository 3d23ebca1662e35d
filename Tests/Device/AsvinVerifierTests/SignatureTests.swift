import AsvinCrypto
import AsvinManifest
import AsvinVerifier
import Testing

/// Threats T1, T14 and T16.
@Suite("Signatures that count")
struct SignatureTests {
  static let (ed25519, p256) = (Bench.key(.ed25519), Bench.key(.ecdsaP256))

  @Test func `A threshold of two needs both keys`() throws {
    #expect(Bench.outcome(try Bench.envelope(by: [Self.ed25519]), threshold: 2).reason == .thresholdNotReached)
    #expect(Bench.outcome(try Bench.envelope(by: [Self.p256]), threshold: 2).reason == .thresholdNotReached)
    #expect(Bench.outcome(try Bench.envelope(by: [Self.ed25519, Self.p256]), threshold: 2).reason == nil)
  }

  @Test func `The same key counts once, however often it signs`() throws {
    let envelope = try Bench.envelope(by: [Self.ed25519, Self.ed25519, Self.ed25519])
    #expect(Bench.outcome(envelope, threshold: 2).reason == .thresholdNotReached)
  }

  @Test func `The same key counts once, however often it is trusted`() throws {
    let anchors = Bench.anchors([Self.ed25519.publicKey, Self.ed25519.publicKey])
    let envelope = try Bench.envelope(by: [Self.ed25519, Self.ed25519])
    #expect(Bench.outcome(envelope, trusting: anchors, threshold: 2).reason == .thresholdNotReached)
    #expect(Bench.outcome(envelope, trusting: anchors).reason == nil)
  }

  @Test func `The order of signatures and trusted keys does not change the result`() throws {
    for signers in [[Self.ed25519, Self.p256], [Self.p256, Self.ed25519]] {
      for anchors in [Bench.bothAnchors, Bench.bothAnchors.reversed()] {
        #expect(Bench.outcome(try Bench.envelope(by: signers), trusting: anchors, threshold: 2).reason == nil)
      }
    }
  }

  @Test func `Eight signatures are read, and the last one alone may be the trusted one`() throws {
    let strangers = try (0..<7).map { _ in try PrivateKey.generate(.ed25519) }
    let envelope = try Bench.envelope(by: strangers + [Self.p256])
    let trusted = Bench.anchors([Self.p256.publicKey])
    #expect(Bench.outcome(envelope, trusting: trusted).reason == nil)
    #expect(Bench.outcome(try Bench.envelope(by: strangers), trusting: trusted).reason == .untrustedKey)
  }

  @Test func `Sixteen keys may be trusted, and the signers are reported`() throws {
    let strangers = try (0..<15).map { _ in try PrivateKey.generate(.ed25519).publicKey }
    let anchors = Bench.anchors(strangers + [Self.ed25519.publicKey])
    guard case .accepted(_, let signers) = Bench.outcome(try Bench.envelope(by: [Self.ed25519]), trusting: anchors)
    else {
      Issue.record("rejected")
      return
    }
    #expect(signers == 1 << 15)
  }

  @Test func `A signature by an unknown key with the id of a trusted key is rejected`() throws {
    let manifest = try Bench.manifest().encoded()
    for (owner, algorithm) in [(Self.ed25519, SignatureAlgorithm.ed25519), (Self.p256, .ecdsaP256)] {
      let stranger = try PrivateKey.generate(algorithm)
      let header = Envelope.protectedHeader(
        algorithm: algorithm, keyID: owner.publicKey.keyID(using: OpenSSL()))
      let signature = try stranger.signature(of: Envelope.signedMessage(protectedHeader: header, payload: manifest))
      let envelope = try Bench.envelope(
        manifest, signatures: [Envelope.sign1(protectedHeader: header, signature: signature)])
      #expect(Bench.outcome(envelope).reason == .badSignature)
    }
  }

  /// Two keys have equal ids, because the 8 bytes of an id select a key and do not identify it.
  @Test func `Every trusted key with the signature's key id is tried`() throws {
    let header = Envelope.protectedHeader(algorithm: .ed25519, keyID: KeyID { _ in 0 })
    let manifest = try Bench.manifest().encoded()
    let signature = try Self.ed25519.signature(
      of: Envelope.signedMessage(protectedHeader: header, payload: manifest))
    let envelope = try Bench.envelope(
      manifest, signatures: [Envelope.sign1(protectedHeader: header, signature: signature)])
    let keys = try [PrivateKey.generate(.ed25519).publicKey, Self.p256.publicKey, Self.ed25519.publicKey]
    let anchors = keys.map { TrustAnchor($0, using: EqualKeyIDs()) }
    guard let trust = Trust(anchors.span) else {
      Issue.record("no trust")
      return
    }
    let device = DevicePolicy(
      vendor: .unchecked, deviceClass: .unchecked, floor: .unchecked, sequence: nil, slots: .unchecked)
    let verified = try Verifier(OpenSSL()).verify(envelope.span, trust: trust, device: device)
    let signers = verified.signers
    #expect(signers == 0b100)
  }

  /// A library that gives every key the id 0.
  private struct EqualKeyIDs: Cryptography {
    func sha256(_ bytes: Span<UInt8>) -> Digest { Digest() }
    func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool { false }
  }

  /// A library that accepts every signature. The verifier still refuses what it checks itself.
  private struct Gullible: Cryptography {
    func sha256(_ bytes: Span<UInt8>) -> Digest { OpenSSL().sha256(bytes) }
    func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool { true }
  }

  @Test func `No byte of the manifest is read before its signature is verified`() throws {
    let nonsense: [UInt8] = [0, 0]
    let strange = try Bench.signature(Self.ed25519, over: [0])
    #expect(Bench.outcome(try Bench.envelope(nonsense, signatures: [strange])).reason == .badSignature)
    let good = try Bench.signature(Self.ed25519, over: nonsense)
    #expect(Bench.outcome(try Bench.envelope(nonsense, signatures: [good])).reason == .manifestMalformed)
  }

  @Test func `A library that accepts every signature changes nothing for an unknown key`() throws {
    let envelope = try Bench.envelope(by: [PrivateKey.generate(.ed25519)])
    let anchors = Bench.bothAnchors
    guard let trust = Trust(anchors.span) else {
      Issue.record("no trust")
      return
    }
    let device = DevicePolicy(
      vendor: .unchecked, deviceClass: .unchecked, floor: .unchecked, sequence: nil, slots: .unchecked)
    var rejection: Rejection?
    do throws(Rejection) {
      _ = try Verifier(Gullible()).verify(envelope.span, trust: trust, device: device)
    } catch {
      rejection = error
    }
    #expect(rejection == Rejection(.untrustedKey))
  }
}
