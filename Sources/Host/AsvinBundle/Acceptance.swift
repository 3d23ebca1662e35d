import AsvinHost
import AsvinCrypto
package import AsvinManifest
package import AsvinVerifier

/// A release whose manifest the verifier accepted. Only ``Acceptance`` creates one.
package struct VerifiedRelease: Sendable {
  package let manifest: Manifest
  /// SHA-256 of the bytes of the manifest, which identifies the release.
  package let digest: Digest
  /// The trusted keys that signed.
  package let signers: [PublicKey]

  init(_ verified: borrowing VerifiedManifest, trusting keys: [PublicKey]) throws(WireError) {
    manifest = try Manifest(verified.manifest)
    digest = verified.digest
    let bits = verified.signers
    signers = keys.indices.filter { bits >> UInt32($0) & 1 == 1 }.map { keys[$0] }
  }
}

/// The conditions under which a release is accepted: the trusted keys, and the policy of a device.
package struct Acceptance: Sendable {
  /// The trusted keys.
  package var trust: [PublicKey]
  /// The number of trusted keys that must have signed.
  package var threshold = 1
  /// The required vendor id, or `nil` for any.
  package var vendor: Identifier?
  /// The required class id, or `nil` for any.
  package var deviceClass: Identifier?
  /// The rollback floor, or `nil` for none.
  package var floor: UInt64?
  /// The sequence number of the release that the device runs, or `nil` if it is unknown.
  package var baseSequence: UInt64?

  /// Trusts any one of the keys and adds no other condition.
  package init(trust: [PublicKey]) { self.trust = trust }

  /// Verifies an envelope like a device that supports every kind of payload.
  ///
  /// - Throws: `Rejection`; ``Failure`` without a key to trust.
  package func verify(_ envelope: [UInt8]) throws -> VerifiedRelease {
    let anchors = trust.map { TrustAnchor($0, using: OpenSSL()) }
    guard let trust = Trust(anchors.span, threshold: threshold) else {
      guard !anchors.isEmpty else {
        throw Failure(.usage, "no key to trust is given", hint: "give the signer's public key with --trust KEY.pub.pem")
      }
      throw Failure(.usage, "\(anchors.count) keys are more than the \(Limit.trustedKeys.value) that can be trusted")
    }
    let device = DevicePolicy(
      vendor: vendor.map { .required($0) } ?? .unchecked,
      deviceClass: deviceClass.map { .required($0) } ?? .unchecked, floor: floor.map { .required($0) } ?? .unchecked,
      sequence: baseSequence, slots: .unchecked, features: .max, memory: .max)
    let verifier = Verifier(OpenSSL())
    let verified = try verifier.verify(envelope.span, trust: trust, device: device)
    return try VerifiedRelease(verified, trusting: self.trust)
  }
}
