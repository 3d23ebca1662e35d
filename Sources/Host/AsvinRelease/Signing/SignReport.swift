import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// A bundle that was made.
public struct SignReport: Encodable, Sendable {
  /// What was done.
  public enum Action: String, Encodable, Sendable {
    /// An image became a bundle.
    case signed
    /// A bundle's signatures were replaced.
    case replaced
    /// Signatures were added to a bundle.
    case appended
    /// A bundle was left as it is.
    case skipped
  }

  /// What was done.
  public let action: Action
  /// The input.
  public let file: String
  /// The bundle.
  public let output: String
  /// Bytes of the bundle.
  public let size: UInt64
  /// Bytes of manifest and signatures together, as a device gets them.
  public let envelopeBytes: Int
  /// Key ids of the keys that signed now.
  public let signers: [String]
  /// Signatures in the bundle.
  public let signatures: Int
  /// The release.
  public let release: ReleaseReport
  /// The image of slot 0.
  public let image: ImageReport?
  /// The images of all slots, in the release's order.
  public let images: [ImageReport]
  /// The patches that were made; none where no base was given.
  public let patches: [PayloadPatchReport]

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
    signatures = signed.signatures.span.count
    self.signers = signers.map { $0.publicKey.keyID(using: OpenSSL()).hexadecimal }
    release = ReleaseReport(manifest, bytes: signed.bytes)
  }
}

extension Envelope {
  /// Bytes of the envelope: the signature file, one key, and the manifest as a byte string.
  fileprivate static func size(manifest: [UInt8], signatureFile: [UInt8]) -> Int {
    let count = manifest.span.count
    let head = count < 24 ? 1 : count < 256 ? 2 : 3
    return signatureFile.span.count + 1 + head + count
  }
}
