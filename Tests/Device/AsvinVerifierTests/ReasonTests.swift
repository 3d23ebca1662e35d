import AsvinVerifier
import AsvinManifest
import Testing

@Suite("Reason codes")
struct ReasonTests {
  /// What devices in the field report: a line may be added here, never changed.
  @Test func `A published code keeps its number and its name for ever`() {
    let published = [
      "10 envelope-too-large", "11 envelope-malformed", "12 manifest-too-large", "13 not-deterministic",
      "14 duplicate-key", "15 unknown-critical-field", "16 limit-exceeded", "17 key-set-links-unsupported",
      "20 unsigned", "21 untrusted-key", "22 wrong-signed-type", "23 algorithm-mismatch", "24 bad-signature",
      "25 threshold-not-reached", "30 manifest-malformed", "31 unsupported-format", "40 wrong-vendor",
      "41 wrong-class", "42 sequence-not-above-floor", "43 base-not-allowed", "44 base-unknown",
      "45 key-set-required", "46 no-usable-payload", "47 sequence-too-far", "48 slot-unknown", "49 component-missing",
      "50 payload-truncated", "51 payload-too-long",
      "52 payload-digest-mismatch", "53 image-digest-mismatch", "54 attachment-digest-mismatch",
      "55 link-digest-mismatch", "56 patch-not-verified", "57 patch-invalid", "58 base-digest-mismatch",
      "60 archive-malformed", "61 archive-truncated", "62 archive-not-canonical", "63 archive-member-unexpected",
      "64 archive-member-missing", "70 image-too-large", "71 chunk-too-large", "72 flash-failed",
      "73 flash-geometry-mismatch", "74 slot-in-use", "80 not-confirmed",
    ]
    #expect(Reason.allCases.map { "\($0.rawValue) \($0.name)" } == published)
  }

  @Test func `A defect of the encoding has its offset`() {
    let bytes: [UInt8] = [0xA2, 0x01, 0x40, 0x01, 0x40]
    var rejection: Rejection?
    let anchors = Bench.bothAnchors
    guard let trust = Trust(anchors.span) else {
      Issue.record("no trust")
      return
    }
    let device = DevicePolicy(
      vendor: .unchecked, deviceClass: .unchecked, floor: .unchecked, sequence: nil, slots: .unchecked)
    do throws(Rejection) {
      _ = try Verifier(Untouched()).verify(bytes.span, trust: trust, device: device)
    } catch {
      rejection = error
    }
    #expect(rejection?.reason == .duplicateKey)
    #expect(rejection?.defect == WireError(.duplicateKey, at: 3))
  }

  /// A library that a malformed envelope must never reach.
  private struct Untouched: Cryptography {
    func sha256(_ bytes: Span<UInt8>) -> Digest { fatalError("hashed a malformed envelope") }
    func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool {
      fatalError("checked a signature in a malformed envelope")
    }
  }
}
