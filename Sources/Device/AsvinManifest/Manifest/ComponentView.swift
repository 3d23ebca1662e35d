/// One slot's image and the ways to get it, read in place from a manifest's bytes.
public struct ComponentView: EncodedItem, ~Escapable {
  private let fields: MapFields

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    fields = try MapFields(&reader, .component)
  }

  /// The slot; 0 is the application.
  public var slot: UInt64 { fields.number(ComponentKey.slot) }

  /// Bytes of the image once installed, at least 1.
  public var size: UInt64 { fields.number(ComponentKey.size) }

  /// SHA-256 of the image once installed.
  public var digest: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(ComponentKey.digest) }
  }

  /// The ways to get the image, at least one.
  public var payloads: PayloadCursor {
    @_lifetime(copy self)
    get { fields.items(ComponentKey.payloads) }
  }
}

/// The components of a manifest, slots ascending.
public typealias ComponentCursor = ItemCursor<ComponentView>
