package import AsvinManifest

/// Firmware that was published: an image, or a bundle whose slot 0 holds one.
package struct Firmware: Equatable, Sendable {
  /// Its id.
  package var id: ID<Firmware>
  /// The file group that it was published to.
  package var fileGroup: ID<FileGroup>
  /// The product's name, or the file's.
  package var name: String
  /// The version that people read.
  package var version: String
  /// The inner image, which a device without our verifier gets.
  package var image: Content
  /// The signed release, where it came in a bundle.
  package var release: Release?

  /// An image as IPFS and asvin name it.
  package struct Content: Equatable, Sendable {
    /// Bytes.
    package var size: UInt64
    /// SHA-256.
    package var digest: Digest
    /// MD5, which asvin's clients check it with.
    package var md5: FixedBytes<16>
    /// The name that it has in IPFS.
    package var contentID: String
    /// The chip that the image itself names, as `esp8266`; `nil` where it names none.
    package var chip: String?

    /// Creates content.
    package init(size: UInt64, digest: Digest, md5: FixedBytes<16>, contentID: String, chip: String? = nil) {
      self.size = size
      self.digest = digest
      self.md5 = md5
      self.contentID = contentID
      self.chip = chip
    }
  }

  /// What the manifest says that the rules need.
  package struct Release: Equatable, Sendable {
    /// SHA-256 of the manifest: the release's identity.
    package var digest: Digest
    /// The sequence number.
    package var sequence: UInt64
    /// The class id.
    package var deviceClass: Identifier
    /// The envelope, as it was signed.
    package var envelope: [UInt8]
    /// SHA-256 of the bundle.
    package var bundle: Digest

    /// A release of its parts.
    package init(digest: Digest, sequence: UInt64, deviceClass: Identifier, envelope: [UInt8], bundle: Digest) {
      self.digest = digest
      self.sequence = sequence
      self.deviceClass = deviceClass
      self.envelope = envelope
      self.bundle = bundle
    }
  }

  /// Firmware of its parts.
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

/// Firmware that belongs together.
package struct FileGroup: Equatable, Sendable {
  /// Its id.
  package var id: ID<FileGroup>
  /// Its name, unique in a workspace.
  package var name: String
  /// The public keys, in PEM, of which one must have signed what is published to it. Without any, nothing can be.
  package var trust: [String]

  /// A group of its parts.
  package init(id: ID<FileGroup>, name: String, trust: [String] = []) {
    self.id = id
    self.name = name
    self.trust = trust
  }
}
