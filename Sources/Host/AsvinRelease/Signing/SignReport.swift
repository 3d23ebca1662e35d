import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// A bundle that was made.
package struct SignReport: Encodable, Sendable {
  /// The action of `sign`.
  package enum Action: String, Encodable, Sendable {
    /// An image became a bundle.
    case signed
    /// A bundle's signatures were replaced.
    case replaced
    /// Signatures were added to a bundle.
    case appended
    /// A bundle was not changed.
    case skipped
  }

  /// The action of `sign`.
  package let action: Action
  /// The input.
  package let file: String
  /// The bundle.
  package let output: String
  /// Bytes of the bundle.
  package let size: UInt64
  /// Size of the envelope in bytes, as a device receives it.
  package let envelopeBytes: Int
  /// Key ids of the keys that signed now.
  package let signers: [String]
  /// Signatures in the bundle.
  package let signatures: Int
  package let release: ReleaseReport
  /// The image of slot 0.
  package let image: ImageReport?
  /// The images of all slots, in the order of the release.
  package let images: [ImageReport]
  /// The patches; empty without a base.
  package let patches: [PayloadPatchReport]

  init(
    _ signed: SignedManifest, of manifest: Manifest, file: String, output: String, size: UInt64, action: Action,
    images: [ImageReport], signers: [any Signer],
    patches: [PayloadPatchReport] = []
  ) {
    self.action = action
    self.file = file
    self.output = output
    self.size = size
    image = images.first
    self.images = images
    self.patches = patches
    envelopeBytes = Envelope.size(manifest: signed.bytes, signatureFile: signed.signatureFile)
    signatures = signed.signatures.count
    self.signers = signers.map { $0.publicKey.keyID(using: OpenSSL()).hexadecimal }
    release = ReleaseReport(manifest, bytes: signed.bytes)
  }
}

extension Envelope {
  /// Bytes of the envelope: the signature file, one key, and the manifest as a byte string.
  fileprivate static func size(manifest: [UInt8], signatureFile: [UInt8]) -> Int {
    let count = manifest.count
    let head = count < 24 ? 1 : count < 256 ? 2 : 3
    return signatureFile.count + 1 + head + count
  }
}
