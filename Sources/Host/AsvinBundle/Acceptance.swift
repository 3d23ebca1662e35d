import AsvinHost
import AsvinCrypto
package import AsvinManifest
package import AsvinVerifier

/// A release whose manifest the verifier accepted. Nothing but ``Acceptance`` makes one.
package struct VerifiedRelease: Sendable {
  /// The manifest.
  package let manifest: Manifest
  /// SHA-256 of the manifest's bytes: the release's identity.
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

/// What a release must be to be accepted: whose keys, and the demands of a device.
package struct Acceptance: Sendable {
  /// Any of these keys must have signed.
  package var trust: [PublicKey]
  /// How many of them.
  package var threshold = 1
  /// The vendor id, where it is asked.
  package var vendor: Identifier?
  /// The class id, where it is asked.
  package var deviceClass: Identifier?
  /// The rollback floor, where it is asked.
  package var floor: UInt64?
  /// The sequence number of what the device runs, where it is known.
  package var baseSequence: UInt64?

  /// Trust in any one of some keys, and no demands.
  package init(trust: [PublicKey]) { self.trust = trust }

  /// Verifies an envelope, as a device does that takes every kind of payload.
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
