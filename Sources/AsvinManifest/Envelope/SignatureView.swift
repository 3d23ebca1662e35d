public import AsvinWire

/// A COSE_Sign1 over detached bytes (RFC 9052 §4.2), read in place. It says what it is by; nothing proves it yet.
public struct SignatureView: EncodedItem, ~Escapable {
  /// The protected header's bytes, which the signature covers.
  public let protectedHeader: Span<UInt8>
  /// The algorithm that it claims, or `nil` for one that we do not know.
  public let algorithm: SignatureAlgorithm?
  /// The id of the key that it claims, 8 bytes.
  public let keyID: Span<UInt8>
  /// The kind of thing that it claims to sign.
  public let type: Span<UInt8>
  /// The signature, 64 bytes.
  public let signature: Span<UInt8>

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    var sign1 = try reader.embedded()
    try sign1.array(count: 4)
    let start = sign1.offset
    var peek = sign1
    protectedHeader = try peek.byteString()
    guard protectedHeader.count <= SignatureStructure.longestProtectedHeader else {
      throw WireError(.invalidValue, at: start)
    }
    var header = try sign1.embedded()
    var map = try header.map()
    var seen = SeenKeys()
    var algorithm: SignatureAlgorithm?
    var keyID = Span<UInt8>()
    var type = Span<UInt8>()
    while let key = try header.nextKey(in: &map) {
      guard !key.isNegative, let field = ProtectedKey(rawValue: key.argument) else {
        throw WireError(.unknownKey, at: header.offset)
      }
      seen.insert(key.argument)
      switch field {
      case .algorithm: algorithm = try header.algorithm()
      case .keyID: keyID = try header.byteString(count: Schema.keyIDBytes)
      case .type: type = try header.text()
      }
    }
    try header.finish()
    for key in ProtectedKey.algorithm.rawValue...ProtectedKey.type.rawValue where ProtectedKey(rawValue: key) != nil {
      try seen.require(key...key, at: start)
    }
    let unprotected = sign1.offset
    guard try sign1.argument(of: .map) == 0 else { throw WireError(.unknownKey, at: unprotected) }
    try sign1.null()
    signature = try sign1.byteString(count: Schema.signatureBytes)
    try sign1.finish()
    self.algorithm = algorithm
    self.keyID = keyID
    self.type = type
  }
}

extension CBORReader {
  /// The next item, a COSE algorithm number; `nil` for one that is not ours.
  fileprivate mutating func algorithm() throws(WireError) -> SignatureAlgorithm? {
    let start = offset
    let head = try head()
    guard head.major == .negative || head.major == .unsigned else { throw WireError(.wrongType, at: start) }
    guard head.major == .negative, head.argument < 64 else { return nil }
    return SignatureAlgorithm(rawValue: -1 &- Int64(truncatingIfNeeded: head.argument))
  }
}

/// The signatures of an envelope, in its order.
public typealias SignatureCursor = ItemCursor<SignatureView>
