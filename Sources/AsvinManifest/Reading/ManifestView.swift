public import AsvinWire

/// A manifest read in place, checked whole against the schema. Not verified: only a verifier says whose it is.
public struct ManifestView: ~Escapable {
  /// The manifest's bytes, as they were signed.
  public let bytes: Span<UInt8>
  /// The format's number; everything else was read as format 1 and means nothing in another.
  public let format: UInt64
  /// The product's name (see ``Name``).
  public let name: Span<UInt8>
  /// The vendor id, 16 bytes.
  public let vendor: Span<UInt8>
  /// The class id, 16 bytes.
  public let deviceClass: Span<UInt8>
  /// The sequence number.
  public let sequence: UInt64
  /// The version that people read (see ``Name``).
  public let version: Span<UInt8>
  /// Seconds since 1970, where given.
  public let created: UInt64?
  /// The lowest sequence number a device may update from, where given.
  public let lowestBase: UInt64?
  /// The key-set version that this release needs, where given.
  public let keySetVersion: UInt64?
  /// The components, at least one, slots strictly ascending.
  public let components: ComponentCursor
  /// The attachments, if any.
  public let attachments: AttachmentCursor
  /// The private facts, if any.
  public let facts: FactCursor

  /// Reads a manifest's bytes.
  ///
  /// - Throws: a ``WireError`` with the offset of the first defect: encoding, type, limit, unknown or missing key,
  ///   or a value out of range.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) throws(WireError) {
    guard UInt64(bytes.count) <= Limit.manifestBytes.value else { throw WireError(.overLimit(.manifestBytes), at: 0) }
    var reader = CBORReader(bytes)
    var map = try reader.map()
    var seen = SeenKeys()
    var (format, sequence) = (0 as UInt64, 0 as UInt64)
    var (created, lowestBase, keySetVersion) = (nil as UInt64?, nil as UInt64?, nil as UInt64?)
    var (componentCount, attachmentCount, factCount) = (0, 0, 0 as UInt64)
    var name = Span<UInt8>()
    var vendor = Span<UInt8>()
    var deviceClass = Span<UInt8>()
    var version = Span<UInt8>()
    var componentReader = reader
    var attachmentReader = reader
    var factReader = reader
    var before = reader
    while let key = try reader.nextKey(in: &map) {
      if key.isNegative {
        if factCount == 0 { factReader = before }
        factCount &+= 1
        _ = try FactView(key, reading: &reader)
        continue
      }
      guard let field = ManifestKey(rawValue: key.argument) else { throw WireError(.unknownKey, at: reader.offset) }
      seen.insert(key.argument)
      switch field {
      case .format: format = try reader.unsigned()
      case .name: name = try reader.name()
      case .vendor: vendor = try reader.byteString(count: Schema.identifierBytes)
      case .deviceClass: deviceClass = try reader.byteString(count: Schema.identifierBytes)
      case .sequence: sequence = try reader.unsigned()
      case .version: version = try reader.name()
      case .components:
        componentCount = try reader.nonEmptyArray(.components)
        componentReader = reader
        try ManifestView.checkComponents(&reader, count: componentCount)
      case .created: created = try reader.unsigned()
      case .lowestBase: lowestBase = try reader.unsigned()
      case .keySetVersion: keySetVersion = try reader.unsigned()
      case .attachments:
        attachmentCount = try reader.nonEmptyArray(.attachments)
        attachmentReader = reader
        try ManifestView.checkAttachments(&reader, count: attachmentCount)
      }
      before = reader
    }
    try reader.finish()
    try seen.require(ManifestKey.format.rawValue...ManifestKey.components.rawValue, at: 0)
    self.bytes = bytes
    self.format = format
    self.name = name
    self.vendor = vendor
    self.deviceClass = deviceClass
    self.sequence = sequence
    self.version = version
    self.created = created
    self.lowestBase = lowestBase
    self.keySetVersion = keySetVersion
    components = ComponentCursor(componentReader, count: componentCount)
    attachments = AttachmentCursor(attachmentReader, count: attachmentCount)
    facts = FactCursor(factReader, count: factCount)
  }

  private static func checkComponents(_ reader: inout CBORReader, count: Int) throws(WireError) {
    var previous: UInt64?
    for _ in 0..<count {
      let start = reader.offset
      let component = try ComponentView(reading: &reader)
      if let previous, component.slot <= previous { throw WireError(.invalidValue, at: start) }
      previous = component.slot
    }
  }

  private static func checkAttachments(_ reader: inout CBORReader, count: Int) throws(WireError) {
    let first = reader
    for index in 0..<count {
      let start = reader.offset
      let attachment = try AttachmentView(reading: &reader)
      var earlier = AttachmentCursor(first, count: index)
      while let other = try earlier.next() {
        if equal(other.name, attachment.name) { throw WireError(.duplicateKey, at: start) }
      }
    }
  }
}
