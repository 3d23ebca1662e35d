public import AsvinWire

/// One slot's image and the ways to get it, read in place from a manifest's bytes.
public struct ComponentView: EncodedItem, ~Escapable {
  /// The slot; 0 is the application.
  public let slot: UInt64
  /// Bytes of the image once installed, at least 1.
  public let size: UInt64
  /// SHA-256 of the image once installed.
  public let digest: Span<UInt8>
  /// The ways to get the image, at least one.
  public let payloads: PayloadCursor

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    let start = reader.offset
    var map = try reader.map()
    var seen = SeenKeys()
    var slot: UInt64 = 0
    var size: UInt64 = 0
    var count = 0
    var digest = Span<UInt8>()
    var payloadReader = reader
    while let key = try reader.nextKey(in: &map) {
      guard !key.isNegative, let field = ComponentKey(rawValue: key.argument) else {
        throw WireError(.unknownKey, at: reader.offset)
      }
      seen.insert(key.argument)
      switch field {
      case .slot: slot = try reader.unsigned()
      case .size: size = try reader.size()
      case .digest: digest = try reader.byteString(count: Schema.digestBytes)
      case .payloads:
        // Keys ascend, so what the payloads are held against has come before them or never will.
        try seen.require(ComponentKey.slot.rawValue...ComponentKey.digest.rawValue, at: start)
        count = try reader.nonEmptyArray(.payloads)
        payloadReader = reader
        try ComponentView.checkPayloads(&reader, count: count, size: size, digest: digest)
      }
    }
    try seen.require(ComponentKey.slot.rawValue...ComponentKey.payloads.rawValue, at: start)
    self.slot = slot
    self.size = size
    self.digest = digest
    payloads = PayloadCursor(payloadReader, count: count)
  }

  /// An image stands at most once among the payloads, and is what the component says.
  private static func checkPayloads(
    _ reader: inout CBORReader, count: Int, size: UInt64, digest: Span<UInt8>
  ) throws(WireError) {
    var images = 0
    for _ in 0..<count {
      let start = reader.offset
      let payload = try PayloadView(reading: &reader)
      guard payload.kind == .image else { continue }
      images &+= 1
      guard images == 1, payload.size == size, equal(payload.digest, digest) else {
        throw WireError(.invalidValue, at: start)
      }
    }
  }
}

/// The components of a manifest, slots ascending.
public typealias ComponentCursor = ItemCursor<ComponentView>
