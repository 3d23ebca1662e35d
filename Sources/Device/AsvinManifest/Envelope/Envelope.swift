/// Puts envelopes together and takes them apart, byte for byte, without trusting anything in them.
public enum Envelope {
  /// A signature's protected header for a key: algorithm, key id, and the type of what is signed.
  public static func protectedHeader(
    algorithm: SignatureAlgorithm, keyID: KeyID, type: StaticString = ManifestSchema.manifestType
  ) -> [UInt8] {
    var writer = CBORWriter()
    writer.head(.map, 3)
    writer.unsigned(ProtectedKey.algorithm.rawValue)
    writer.integer(algorithm.rawValue)
    writer.unsigned(ProtectedKey.keyID.rawValue)
    writer.byteString(keyID.array)
    writer.unsigned(ProtectedKey.type.rawValue)
    writer.text((0..<type.utf8CodeUnitCount).map { unsafe type.utf8Start[$0] })
    return writer.bytes
  }

  /// The bytes that a signature with a protected header over a payload covers (RFC 9052 §4.4).
  public static func signedMessage(protectedHeader: [UInt8], payload: [UInt8]) -> [UInt8] {
    SignatureStructure.withHead(protectedHeader: protectedHeader.span, payloadBytes: payload.count) {
      Array(copying: $0) + payload
    }
  }

  /// A COSE_Sign1 with detached payload (RFC 9052 §4.2).
  public static func sign1(protectedHeader: [UInt8], signature: [UInt8]) -> [UInt8] {
    var writer = CBORWriter()
    writer.head(.array, 4)
    writer.byteString(protectedHeader)
    writer.head(.map, 0)
    writer.null()
    writer.byteString(signature)
    return writer.bytes
  }

  /// `signatures.cbor` of a bundle: an envelope without its manifest, holding COSE_Sign1 structures.
  public static func signatureFile(_ signatures: [[UInt8]]) -> [UInt8] {
    var writer = CBORWriter()
    writer.head(.map, 1)
    writer.unsigned(EnvelopeKey.signatures.rawValue)
    writer.head(.array, UInt64(signatures.count))
    for signature in signatures { writer.byteString(signature) }
    return writer.bytes
  }

  /// Joins the first two members of a bundle to an envelope.
  ///
  /// - Throws: ``WireError`` where the signature file is not a map with room for a manifest.
  public static func joining(manifest: [UInt8], signatureFile: [UInt8]) throws(WireError) -> [UInt8] {
    var reader = CBORReader(signatureFile.span)
    let pairs = try reader.argument(of: .map)
    guard pairs < UInt64(EnvelopeKey.allCases.count) else { throw WireError(.invalidValue, at: 0) }
    var writer = CBORWriter()
    writer.head(.map, pairs + 1)
    writer.unsigned(EnvelopeKey.manifest.rawValue)
    writer.byteString(manifest)
    writer.encoded(Array(signatureFile[reader.offset...]))
    return writer.bytes
  }

  /// The COSE_Sign1 structures of an envelope, each as encoded.
  ///
  /// - Throws: ``WireError`` as ``EnvelopeView``.
  public static func signatures(of envelope: [UInt8]) throws(WireError) -> [[UInt8]] {
    let view = try EnvelopeView(envelope.span)
    var cursor = view.signatures
    var result: [[UInt8]] = []
    while let signature = try cursor.next() {
      result.append(
        sign1(
          protectedHeader: Array(copying: signature.protectedHeader), signature: Array(copying: signature.signature)))
    }
    return result
  }
}
