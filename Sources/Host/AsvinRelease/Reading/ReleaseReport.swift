import AsvinCrypto
import AsvinManifest

/// A manifest, for people and for JSON.
public struct ReleaseReport: Encodable, Sendable {
  /// A component.
  public struct Component: Encodable, Sendable {
    /// The slot.
    public let slot: UInt64
    /// Bytes of the image.
    public let size: UInt64
    /// SHA-256 of the image.
    public let sha256: String
    /// The ways to get it.
    public let payloads: [Payload]
  }

  /// A payload.
  public struct Payload: Encodable, Sendable {
    /// `image`, `patch` or `unknown`.
    public let kind: String
    /// Bytes as stored.
    public let size: UInt64
    /// SHA-256 as stored.
    public let sha256: String
    /// SHA-256 of a patch's base.
    public let base: String?
    /// Bytes of RAM that applying needs.
    public let memory: UInt64?
  }

  /// An attachment.
  public struct Attachment: Encodable, Sendable {
    /// Its name.
    public let name: String
    /// The media type.
    public let mediaType: String
    /// Bytes.
    public let size: UInt64
    /// SHA-256.
    public let sha256: String
  }

  /// The product's name.
  public let name: String
  /// The version.
  public let version: String
  /// The sequence number.
  public let sequence: UInt64
  /// The vendor id.
  public let vendor: String
  /// The class id.
  public let deviceClass: String
  /// Seconds since 1970.
  public let created: UInt64?
  /// The lowest sequence number a device may update from.
  public let lowestBase: UInt64?
  /// The release's identity: SHA-256 of its manifest.
  public let manifest: String
  /// Bytes of the manifest.
  public let manifestBytes: Int
  /// The components.
  public let components: [Component]
  /// The attachments.
  public let attachments: [Attachment]

  enum CodingKeys: String, CodingKey {
    case name, version, sequence, vendor
    case deviceClass = "class"
    case created, lowestBase, manifest, manifestBytes, components, attachments
  }

  init(_ manifest: Manifest, bytes: [UInt8]) {
    name = manifest.name.text
    version = manifest.version.text
    sequence = manifest.sequence
    vendor = manifest.vendor.uuid
    deviceClass = manifest.deviceClass.uuid
    created = manifest.created
    lowestBase = manifest.lowestBase
    self.manifest = SHA256.digest(of: bytes.span).hexadecimal
    manifestBytes = bytes.span.count
    components = manifest.components.map { component in
      Component(
        slot: component.slot, size: component.size, sha256: component.digest.hexadecimal,
        payloads: component.payloads.map { payload in
          Payload(
            kind: payload.kind.map { "\($0)" } ?? "unknown", size: payload.size, sha256: payload.digest.hexadecimal,
            base: payload.base?.digest.hexadecimal, memory: payload.memory)
        })
    }
    attachments = manifest.attachments.map { attachment in
      Attachment(
        name: attachment.name.text, mediaType: attachment.mediaType, size: attachment.size,
        sha256: attachment.digest.hexadecimal)
    }
  }
}
