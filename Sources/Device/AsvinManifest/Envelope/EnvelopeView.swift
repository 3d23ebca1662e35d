/// An envelope read in place: a manifest's bytes, and signatures over them. Nothing in it is trusted yet, and the
/// manifest is not parsed.
public struct EnvelopeView: ~Escapable {
  private let fields: MapFields

  /// Reads an envelope's bytes.
  ///
  /// - Throws: a ``WireError`` with the offset of the first defect.
  @_lifetime(copy bytes)
  public init(_ bytes: Span<UInt8>) throws(WireError) {
    var reader = CBORReader(bytes)
    fields = try MapFields(&reader, .envelope)
    try reader.finish()
  }

  /// The manifest's bytes, as signed.
  public var manifest: Span<UInt8> {
    @_lifetime(copy self)
    get { fields.string(EnvelopeKey.manifest) }
  }

  /// The signatures. There may be none; the verifier refuses that.
  public var signatures: SignatureCursor {
    @_lifetime(copy self)
    get { fields.items(EnvelopeKey.signatures) }
  }

  /// How many signatures there are.
  public var signatureCount: Int { fields.count(EnvelopeKey.signatures) }

  /// Whether it holds key-set links. A verifier that does not know key sets refuses such an envelope.
  public var hasKeySetLinks: Bool { fields.has(EnvelopeKey.keySetLinks) }
}
