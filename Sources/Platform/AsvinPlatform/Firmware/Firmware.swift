package import AsvinManifest

/// Published firmware: an image, or a bundle with an image for slot 0.
package struct Firmware: Equatable, Sendable {
  package var id: ID<Firmware>
  /// The file group to which it was published.
  package var fileGroup: ID<FileGroup>
  /// The product's name, or the name of the file.
  package var name: String
  /// The version that operators see.
  package var version: String
  /// The image for slot 0, which legacy devices get.
  package var image: Content
  /// The signed release; `nil` for an image without a bundle.
  package var release: Release?
  /// When it was published; `nil` if that was before the platform stored it.
  package var published: Instant?
  /// When it was withdrawn; `nil` while it may be offered.
  package var withdrawn: Instant?

  /// The parts of a signed manifest that the rules need.
  package struct Release: Equatable, Sendable {
    /// SHA-256 of the manifest, which identifies the release.
    package var digest: Digest
    package var sequence: UInt64
    package var deviceClass: Identifier
    /// The envelope as it was signed.
    package var envelope: [UInt8]
    /// SHA-256 of the bundle.
    package var bundle: Digest

    package init(digest: Digest, sequence: UInt64, deviceClass: Identifier, envelope: [UInt8], bundle: Digest) {
      self.digest = digest
      self.sequence = sequence
      self.deviceClass = deviceClass
      self.envelope = envelope
      self.bundle = bundle
    }
  }

  package init(
    id: ID<Firmware>, fileGroup: ID<FileGroup>, name: String, version: String, image: Content, release: Release? = nil
  ) {
    self.id = id
    self.fileGroup = fileGroup
    self.name = name
    self.version = version
    self.image = image
    self.release = release
  }
}
