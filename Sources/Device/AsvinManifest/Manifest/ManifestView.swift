/// A manifest that was read in place and checked completely against the schema. Its signatures are not checked here; a
/// ``AsvinVerifier/Verifier`` does that.
public struct ManifestView: ~Escapable {
  /// The manifest's bytes, as they were signed.
  public let bytes: Span<UInt8>
  private let fields: MapFields

  /// Reads a manifest's bytes.
  ///
  /// - Throws: a ``WireError`` with the offset of the first defect: encoding, type, limit, unknown or missing key,
  ///   or a value out of range.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) throws(WireError) {
    guard UInt64(bytes.count) <= Limit.manifestBytes.value else { throw WireError(.overLimit(.manifestBytes), at: 0) }
    var reader = CBORReader(bytes)
    fields = try MapFields(&reader, .manifest)
    try reader.finish()
    self.bytes = bytes
  }

  /// The format's number. All other fields were read as format 1, and are not valid if the number is another one.
  public var format: UInt64 { fields.number(ManifestKey.format) }

  /// The product's name (see ``Name``).
  public var name: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(ManifestKey.name) }
  }

  /// The vendor id, 16 bytes.
  public var vendor: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(ManifestKey.vendor) }
  }

  /// The class id, 16 bytes.
  public var deviceClass: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(ManifestKey.deviceClass) }
  }

  /// The sequence number.
  public var sequence: UInt64 { fields.number(ManifestKey.sequence) }

  /// The version as an operator reads it (see ``Name``).
  public var version: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(ManifestKey.version) }
  }

  /// Seconds since 1970, where given.
  public var created: UInt64? { fields.optional(ManifestKey.created) }

  /// The lowest sequence number a device may update from, where given.
  public var lowestBase: UInt64? { fields.optional(ManifestKey.lowestBase) }

  /// The key-set version that this release needs, where given.
  public var keySetVersion: UInt64? { fields.optional(ManifestKey.keySetVersion) }

  /// Whether this release needs a key-set version.
  package var needsKeySet: Bool { fields.has(ManifestKey.keySetVersion) }

  /// The components, at least one, slots strictly ascending.
  public var components: ComponentCursor {
    @_lifetime(copy self)
    get { fields.items(ManifestKey.components) }
  }

  /// The attachments, if any.
  public var attachments: AttachmentCursor {
    @_lifetime(copy self)
    get { fields.items(ManifestKey.attachments) }
  }

  /// The private facts, if any.
  public var facts: FactCursor {
    @_lifetime(copy self)
    get { fields.facts }
  }
}
