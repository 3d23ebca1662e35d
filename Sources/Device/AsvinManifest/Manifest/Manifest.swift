/// A manifest as a value, which a host builds or shows. A device reads a ``ManifestView`` in place instead.
public struct Manifest: Equatable, Sendable {
  /// The product's name.
  public var name: Name
  /// UUIDv5(DNS namespace, the vendor's domain).
  public var vendor: Identifier
  /// UUIDv5(vendor id, the board's name).
  public var deviceClass: Identifier
  /// The sequence number, which rises with every release of a vendor and class.
  public var sequence: UInt64
  /// The version as an operator reads it.
  public var version: Name
  /// The images, slots strictly ascending, 1 to 8.
  public var components: [Component]
  /// Seconds since 1970, where given.
  public var created: UInt64?
  /// The lowest sequence number a device may update from, where given.
  public var lowestBase: UInt64?
  /// The key-set version that this release needs, where given.
  public var keySetVersion: UInt64?
  /// Documents beside the images, 0 to 32.
  public var attachments: [Attachment]
  /// Private facts, keys in their encoded order: −1 first.
  public var facts: [Fact]

  /// Creates a manifest from the required fields. The optional fields are empty.
  public init(
    name: Name, vendor: Identifier, deviceClass: Identifier, sequence: UInt64, version: Name, components: [Component]
  ) {
    self.name = name
    self.vendor = vendor
    self.deviceClass = deviceClass
    self.sequence = sequence
    self.version = version
    self.components = components
    attachments = []
    facts = []
  }
}

/// One slot's image and the ways to get it.
public struct Component: Equatable, Sendable {
  /// The slot; 0 is the application.
  public var slot: UInt64
  /// Bytes of the image once installed, at least 1.
  public var size: UInt64
  /// SHA-256 of the image once installed.
  public var digest: Digest
  /// The ways to get the image, 1 to 16.
  public var payloads: [Payload]

  /// Creates a component.
  public init(slot: UInt64, size: UInt64, digest: Digest, payloads: [Payload]) {
    self.slot = slot
    self.size = size
    self.digest = digest
    self.payloads = payloads
  }
}

/// One way to get an image onto a device.
public struct Payload: Equatable, Sendable {
  /// A sealed stream's parameters.
  public struct Seal: Equatable, Sendable {
    /// log2 of the chunk size, 9 to 16.
    public var chunk: UInt64
    /// SHA-256 of the first block.
    public var firstLink: Digest

    /// Creates a seal.
    public init(chunk: UInt64, firstLink: Digest) {
      self.chunk = chunk
      self.firstLink = firstLink
    }
  }

  /// A patch's base image.
  public struct Base: Equatable, Sendable {
    /// SHA-256 of the base image.
    public var digest: Digest
    /// Bytes of the base image.
    public var size: UInt64

    /// Creates a base.
    public init(digest: Digest, size: UInt64) {
      self.digest = digest
      self.size = size
    }
  }

  /// The kind of payload, or `nil` if it was read and is an unknown kind.
  public var kind: PayloadKind?
  /// Bytes of the stored payload.
  public var size: UInt64
  /// SHA-256 of the stored payload.
  public var digest: Digest
  /// The sealed stream, where there is one.
  public var seal: Seal?
  /// The base image of a patch; `nil` is the empty base.
  public var base: Base?
  /// Bytes of RAM that applying a patch needs.
  public var memory: UInt64?
  /// The abilities that it requires of a device, as bits, if stated.
  public var features: UInt64?

  /// Creates a payload without seal, base, memory and features.
  public init(kind: PayloadKind? = .image, size: UInt64, digest: Digest) {
    self.kind = kind
    self.size = size
    self.digest = digest
  }
}

/// A document beside the images.
public struct Attachment: Equatable, Sendable {
  /// Unique in its manifest.
  public var name: Name
  /// The media type.
  public var mediaType: String
  /// Bytes.
  public var size: UInt64
  /// SHA-256.
  public var digest: Digest

  /// Creates an attachment.
  public init(name: Name, mediaType: String, size: UInt64, digest: Digest) {
    self.name = name
    self.mediaType = mediaType
    self.size = size
    self.digest = digest
  }

  /// Whether two attachments are equal, bytewise.
  public static func == (left: Attachment, right: Attachment) -> Bool {
    left.name == right.name && Array(left.mediaType.utf8) == Array(right.mediaType.utf8) && left.size == right.size
      && left.digest == right.digest
  }
}

/// A private fact: a negative key and a small value.
public struct Fact: Equatable, Sendable {
  /// What a fact can hold.
  public enum Value: Equatable, Sendable {
    /// A non-negative integer.
    case unsigned(UInt64)
    /// The integer −1 minus this.
    case negative(UInt64)
    /// A byte string.
    case bytes([UInt8])
    /// A text string, as UTF-8.
    case text([UInt8])
    /// A truth value.
    case bool(Bool)
  }

  /// The negative key.
  public var key: CBORKey
  /// The value.
  public var value: Value

  /// Creates a fact with the key −1 − `argument`.
  public init(_ argument: UInt64, _ value: Value) {
    key = CBORKey(argument, isNegative: true)
    self.value = value
  }
}
