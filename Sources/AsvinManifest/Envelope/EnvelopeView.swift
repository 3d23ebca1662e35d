public import AsvinWire

/// An envelope read in place: a manifest's bytes, and signatures over them. Nothing in it is trusted yet, and the
/// manifest has not been looked at.
public struct EnvelopeView: ~Escapable {
  /// The manifest's bytes, as signed.
  public let manifest: Span<UInt8>
  /// The signatures. There may be none: the verifier says so.
  public let signatures: SignatureCursor
  /// How many signatures there are.
  public let signatureCount: Int
  /// Whether it carries key-set links, which format 1 verifiers without key sets refuse.
  public let hasKeySetLinks: Bool

  /// Reads an envelope's bytes.
  ///
  /// - Throws: a ``WireError`` with the offset of the first defect.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) throws(WireError) {
    guard UInt64(bytes.count) <= Limit.envelopeBytes.value else { throw WireError(.overLimit(.envelopeBytes), at: 0) }
    var reader = CBORReader(bytes)
    var map = try reader.map()
    var seen = SeenKeys()
    var manifest = Span<UInt8>()
    var signatureReader = reader
    var signatureCount = 0
    while let key = try reader.nextKey(in: &map) {
      guard !key.isNegative, let field = EnvelopeKey(rawValue: key.argument) else {
        throw WireError(.unknownKey, at: reader.offset)
      }
      seen.insert(key.argument)
      let start = reader.offset
      switch field {
      case .manifest:
        manifest = try reader.byteString()
        guard UInt64(manifest.count) <= Limit.manifestBytes.value else {
          throw WireError(.overLimit(.manifestBytes), at: start)
        }
      case .signatures:
        signatureCount = try reader.array(.signatures)
        signatureReader = reader
        for _ in 0..<signatureCount { _ = try SignatureView(reading: &reader) }
      case .keySetLinks:
        for _ in 0..<(try reader.nonEmptyArray(.keySetLinks)) { try reader.skip() }
      case .logProofs:
        for _ in 0..<(try reader.nonEmptyArray(.logProofs)) { _ = try reader.byteString() }
      }
    }
    try reader.finish()
    try seen.require(EnvelopeKey.manifest.rawValue...EnvelopeKey.signatures.rawValue, at: 0)
    self.manifest = manifest
    self.signatureCount = signatureCount
    signatures = SignatureCursor(signatureReader, count: signatureCount)
    hasKeySetLinks = seen.contains(EnvelopeKey.keySetLinks.rawValue)
  }
}
