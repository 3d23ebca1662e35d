public import AsvinManifest

/// Firmware that was published: an image, or a bundle whose slot 0 holds one.
public struct Firmware: Equatable, Sendable {
  /// Its id.
  public var id: ID<Firmware>
  /// The file group that it was published to.
  public var fileGroup: ID<FileGroup>
  /// The product's name, or the file's.
  public var name: String
  /// The version that people read.
  public var version: String
  /// The inner image, which a device without our verifier gets.
  public var image: Content
  /// The signed release, where it came in a bundle.
  public var release: Release?

  /// An image as IPFS and asvin name it.
  public struct Content: Equatable, Sendable {
    /// Bytes.
    public var size: UInt64
    /// SHA-256.
    public var digest: Digest
    /// MD5, which asvin's clients check it with.
    public var md5: FixedBytes<16>
    /// The name that it has in IPFS.
    public var contentID: String
    /// The chip that the image itself names, as `esp8266`; `nil` where it names none.
    public var chip: String?

    /// Creates content.
    public init(size: UInt64, digest: Digest, md5: FixedBytes<16>, contentID: String, chip: String? = nil) {
      self.size = size
      self.digest = digest
      self.md5 = md5
      self.contentID = contentID
      self.chip = chip
    }
  }

  /// What the manifest says that the rules need.
  public struct Release: Equatable, Sendable {
    /// SHA-256 of the manifest: the release's identity.
    public var digest: Digest
    /// The sequence number.
    public var sequence: UInt64
    /// The class id.
    public var deviceClass: Identifier
    /// The envelope, as it was signed.
    public var envelope: [UInt8]
    /// SHA-256 of the bundle.
    public var bundle: Digest

    /// A release of its parts.
    public init(digest: Digest, sequence: UInt64, deviceClass: Identifier, envelope: [UInt8], bundle: Digest) {
      self.digest = digest
      self.sequence = sequence
      self.deviceClass = deviceClass
      self.envelope = envelope
      self.bundle = bundle
    }
  }

  /// Firmware of its parts.
  public init(
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
public struct FileGroup: Equatable, Sendable {
  /// Its id.
  public var id: ID<FileGroup>
  /// Its name, unique in a workspace.
  public var name: String
  /// The public keys, in PEM, of which one must have signed what is published to it. Without any, nothing can be.
  public var trust: [String]

  /// A group of its parts.
  public init(id: ID<FileGroup>, name: String, trust: [String] = []) {
    self.id = id
    self.name = name
    self.trust = trust
  }
}
