public import AsvinWire

/// A document beside the images, read in place from a manifest's bytes. A device skips it.
public struct AttachmentView: EncodedItem, ~Escapable {
  /// Unique in its manifest (see ``Name``).
  public let name: Span<UInt8>
  /// The media type, UTF-8; not restricted, so never shown raw.
  public let mediaType: Span<UInt8>
  /// Bytes.
  public let size: UInt64
  /// SHA-256.
  public let digest: Span<UInt8>

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    let start = reader.offset
    var map = try reader.map()
    var seen = SeenKeys()
    var size: UInt64 = 0
    var name = Span<UInt8>()
    var mediaType = Span<UInt8>()
    var digest = Span<UInt8>()
    while let key = try reader.nextKey(in: &map) {
      guard !key.isNegative, let field = AttachmentKey(rawValue: key.argument) else {
        throw WireError(.unknownKey, at: reader.offset)
      }
      seen.insert(key.argument)
      switch field {
      case .name: name = try reader.name()
      case .mediaType: mediaType = try reader.text()
      case .size: size = try reader.unsigned()
      case .digest: digest = try reader.byteString(count: Schema.digestBytes)
      }
    }
    try seen.require(AttachmentKey.name.rawValue...AttachmentKey.digest.rawValue, at: start)
    self.name = name
    self.mediaType = mediaType
    self.size = size
    self.digest = digest
  }
}

/// The attachments of a manifest, in its order.
public typealias AttachmentCursor = ItemCursor<AttachmentView>
