/// One way to get an image onto a device, read in place from a manifest's bytes.
public struct PayloadView: EncodedItem, ~Escapable {
  let fields: MapFields

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    fields = try MapFields(&reader, .payload)
  }

  /// The kind of payload. `nil` for an unknown kind or an unknown key: then the payload cannot be used.
  public var kind: PayloadKind? { fields.kind }

  /// Bytes of the stored payload.
  public var size: UInt64 { fields.number(PayloadKey.size) }

  /// SHA-256 of the stored payload.
  public var digest: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(PayloadKey.digest) }
  }

  /// log2 of the chunk size of its sealed stream, 9 to 16; 0 where it is not sealed.
  public var chunk: UInt64 { fields.number(PayloadKey.chunk) }

  /// The first link of its sealed stream; empty where it is not sealed.
  public var firstLink: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(PayloadKey.firstLink) }
  }

  /// SHA-256 of a patch's base image; empty for the empty base.
  public var baseDigest: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(PayloadKey.baseDigest) }
  }

  /// Bytes of a patch's base image; 0 for the empty base.
  public var baseSize: UInt64 { fields.number(PayloadKey.baseSize) }

  /// Bytes of RAM that applying a patch needs, if stated.
  public var memory: UInt64? { fields.optional(PayloadKey.memory) }

  /// The abilities that it requires of a device, as bits, if stated.
  public var features: UInt64? { fields.optional(PayloadKey.features) }

  /// Memory and features, or 0 if not stated.
  package var neededMemory: UInt64 { fields.number(PayloadKey.memory) }
  package var neededFeatures: UInt64 { fields.number(PayloadKey.features) }
}

/// The payloads of a component, in the manifest's order.
public typealias PayloadCursor = ItemCursor<PayloadView>
