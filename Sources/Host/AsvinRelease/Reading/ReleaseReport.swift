import AsvinCrypto
import AsvinManifest

/// The fields of a manifest, for text and JSON.
package struct ReleaseReport: Encodable, Sendable {
  package struct Component: Encodable, Sendable {
    package let slot: UInt64
    /// Bytes of the image.
    package let size: UInt64
    /// SHA-256 of the image.
    package let sha256: String
    /// The payloads that produce the image.
    package let payloads: [Payload]
  }

  package struct Payload: Encodable, Sendable {
    /// `image`, `patch` or `unknown`.
    package let kind: String
    /// Bytes as stored.
    package let size: UInt64
    /// SHA-256 as stored.
    package let sha256: String
    /// SHA-256 of the base of a patch.
    package let base: String?
    /// Bytes of RAM that applying needs.
    package let memory: UInt64?
    /// Present, and true, for a patch that is written over its base.
    package let inPlace: Bool?
  }

  package struct Attachment: Encodable, Sendable {
    package let name: String
    package let mediaType: String
    /// Bytes.
    package let size: UInt64
    package let sha256: String
  }

  /// The product's name.
  package let name: String
  package let version: String
  /// The sequence number.
  package let sequence: UInt64
  /// The vendor id.
  package let vendor: String
  /// The class id.
  package let deviceClass: String
  /// Seconds since 1970.
  package let created: UInt64?
  /// The lowest sequence number that a device can update from.
  package let lowestBase: UInt64?
  /// SHA-256 of the manifest, which identifies the release.
  package let manifest: String
  package let manifestBytes: Int
  package let components: [Component]
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
    manifestBytes = bytes.count
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
