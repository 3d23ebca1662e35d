public import AsvinManifest

/// A manifest that a verifier accepted for a device. Only a verifier creates one.
public struct VerifiedManifest: ~Escapable {
  /// The manifest.
  public let manifest: ManifestView
  /// SHA-256 of the manifest's bytes: the release's identity.
  public let digest: Digest
  /// The trusted keys that signed it: bit n for the nth anchor.
  public let signers: UInt32
  /// The sum of the shares of all steps of the verification.
  package var verdict = VerdictWord()

  @_lifetime(copy manifest)
  init(_ manifest: ManifestView, digest: Digest, signers: UInt32) {
    self.manifest = manifest
    self.digest = digest
    self.signers = signers
  }
}
