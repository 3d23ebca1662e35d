/// A document beside the images, read in place from a manifest's bytes. A device skips it.
public struct AttachmentView: EncodedItem, ~Escapable {
  private let fields: MapFields

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    fields = try MapFields(&reader, .attachment)
  }

  /// Unique in its manifest (see ``Name``).
  public var name: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(AttachmentKey.name) }
  }

  /// The media type, UTF-8. It may hold any character, so that a program must escape it before it shows it.
  public var mediaType: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(AttachmentKey.mediaType) }
  }

  /// Bytes.
  public var size: UInt64 { fields.number(AttachmentKey.size) }

  /// SHA-256.
  public var digest: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(AttachmentKey.digest) }
  }
}

/// The attachments of a manifest, in its order.
public typealias AttachmentCursor = ItemCursor<AttachmentView>
