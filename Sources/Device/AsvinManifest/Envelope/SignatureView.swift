/// A COSE_Sign1 over detached bytes (RFC 9052 §4.2), read in place. It names a key, but is not yet verified with it.
public struct SignatureView: EncodedItem, ~Escapable {
  /// The protected header's bytes, which the signature covers.
  public let protectedHeader: Span<UInt8>
  private let fields: MapFields
  /// The signature, 64 bytes.
  public let signature: Span<UInt8>

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    var sign1 = try reader.embedded()
    try sign1.expect(CBORHead(.array, 4), orElse: .invalidValue)
    let start = sign1.offset
    var header = try sign1.embedded()
    protectedHeader = header.buffer.extracting(droppingFirst: header.offset)
    guard protectedHeader.count <= SignatureStructure.longestProtectedHeader else {
      throw WireError(.invalidValue, at: start)
    }
    fields = try MapFields(&header, .protected)
    try header.finish()
    try sign1.expect(CBORHead(.map, 0), orElse: .unknownKey)
    try sign1.expect(CBORHead(.simple, CBORHead.null), orElse: .wrongType)
    signature = try sign1.byteString(count: ManifestSchema.signatureBytes)
    try sign1.finish()
  }

  /// Reads and checks the next item, and drops it. It is a separate function so that a nested map does not reserve room
  /// for a signature on the stack.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  static func check(_ reader: inout CBORReader) throws(WireError) { _ = try SignatureView(reading: &reader) }

  /// The algorithm that it names, or `nil` if that is an unknown one.
  public var algorithm: SignatureAlgorithm? {
    let head = fields.head(ProtectedKey.algorithm)
    guard head.major == .negative, head.argument < 64 else { return nil }
    return SignatureAlgorithm(rawValue: -1 &- Int64(truncatingIfNeeded: head.argument))
  }

  /// Whether it names this algorithm.
  public func isBy(_ algorithm: SignatureAlgorithm) -> Bool {
    let head = fields.head(ProtectedKey.algorithm)
    return head.major == .negative && head.argument == UInt64(bitPattern: ~algorithm.rawValue)
  }

  /// The id of the key that it names, 8 bytes.
  public var keyID: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(ProtectedKey.keyID) }
  }

  /// The type of content that it states to sign.
  public var type: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(ProtectedKey.type) }
  }
}

/// The signatures of an envelope, in its order.
public typealias SignatureCursor = ItemCursor<SignatureView>
