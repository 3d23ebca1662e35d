import AsvinCrypto
import AsvinManifest

/// A manifest, for people and for JSON.
package struct ReleaseReport: Encodable, Sendable {
  /// A component.
  package struct Component: Encodable, Sendable {
    /// The slot.
    package let slot: UInt64
    /// Bytes of the image.
    package let size: UInt64
    /// SHA-256 of the image.
    package let sha256: String
    /// The ways to get it.
    package let payloads: [Payload]
  }

  /// A payload.
  package struct Payload: Encodable, Sendable {
    /// `image`, `patch` or `unknown`.
    package let kind: String
    /// Bytes as stored.
    package let size: UInt64
    /// SHA-256 as stored.
    package let sha256: String
    /// SHA-256 of a patch's base.
    package let base: String?
    /// Bytes of RAM that applying needs.
    package let memory: UInt64?
    /// Present, and true, for a patch that is written over its base.
    package let inPlace: Bool?
  }

  /// An attachment.
  package struct Attachment: Encodable, Sendable {
    /// Its name.
    package let name: String
    /// The media type.
    package let mediaType: String
    /// Bytes.
    package let size: UInt64
    /// SHA-256.
    package let sha256: String
  }

  /// The product's name.
  package let name: String
  /// The version.
  package let version: String
  /// The sequence number.
  package let sequence: UInt64
  /// The vendor id.
  package let vendor: String
  /// The class id.
  package let deviceClass: String
  /// Seconds since 1970.
  package let created: UInt64?
  /// The lowest sequence number a device may update from.
  package let lowestBase: UInt64?
  /// The release's identity: SHA-256 of its manifest.
  package let manifest: String
  /// Bytes of the manifest.
  package let manifestBytes: Int
  /// The components.
  package let components: [Component]
  /// The attachments.
  package let attachments: [Attachment]

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
            base: payload.base?.digest.hexadecimal, memory: payload.memory,
            inPlace: (payload.features ?? 0) & PayloadFeature.inPlace != 0 ? true : nil)
        })
    }
    attachments = manifest.attachments.map { attachment in
      Attachment(
        name: attachment.name.text, mediaType: attachment.mediaType, size: attachment.size,
        sha256: attachment.digest.hexadecimal)
    }
  }
}
