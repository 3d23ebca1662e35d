public import AsvinWire

/// One way to get an image onto a device, read in place from a manifest's bytes.
public struct PayloadView: EncodedItem, ~Escapable {
  /// What it is; `nil` for a kind that is not known here, or one with a key that is not: not for us to use.
  public let kind: PayloadKind?
  /// Bytes of the stored payload.
  public let size: UInt64
  /// SHA-256 of the stored payload.
  public let digest: Span<UInt8>
  /// log2 of the chunk size of its sealed stream, 9 to 16; 0 where it is not sealed.
  public let chunk: UInt64
  /// The first link of its sealed stream; empty where it is not sealed.
  public let firstLink: Span<UInt8>
  /// SHA-256 of a patch's base image; empty for the empty base.
  public let baseDigest: Span<UInt8>
  /// Bytes of a patch's base image; 0 for the empty base.
  public let baseSize: UInt64
  /// Bytes of RAM that applying a patch needs, where given.
  public let memory: UInt64?
  /// Bits for what a device must be able to do, where given.
  public let features: UInt64?

  /// Reads the next item.
  ///
  /// - Throws: ``WireError``.
  @_lifetime(copy reader)
  public init(reading reader: inout CBORReader) throws(WireError) {
    let start = reader.offset
    var map = try reader.map()
    var seen = SeenKeys()
    var isUnderstood = true
    var number: UInt64 = 0
    var (size, chunk, baseSize) = (0 as UInt64, 0 as UInt64, 0 as UInt64)
    var (memory, features) = (nil as UInt64?, nil as UInt64?)
    var digest = Span<UInt8>()
    var firstLink = Span<UInt8>()
    var baseDigest = Span<UInt8>()
    while let key = try reader.nextKey(in: &map) {
      guard !key.isNegative, let field = PayloadKey(rawValue: key.argument) else {
        // Later kinds of payload may carry more; only this payload is lost to us.
        try reader.skip()
        isUnderstood = false
        continue
      }
      seen.insert(key.argument)
      let at = reader.offset
      switch field {
      case .kind: number = try reader.unsigned()
      case .size: size = try reader.size()
      case .digest: digest = try reader.byteString(count: Schema.digestBytes)
      case .chunk:
        chunk = try reader.unsigned()
        guard Schema.chunkRange.contains(chunk) else { throw WireError(.invalidValue, at: at) }
      case .firstLink: firstLink = try reader.byteString(count: Schema.digestBytes)
      case .baseDigest: baseDigest = try reader.byteString(count: Schema.digestBytes)
      case .baseSize: baseSize = try reader.unsigned()
      case .memory: memory = try reader.unsigned()
      case .features: features = try reader.unsigned()
      }
    }
    try seen.require(PayloadKey.kind.rawValue...PayloadKey.digest.rawValue, at: start)
    try seen.requireBothOrNeither(PayloadKey.chunk.rawValue, PayloadKey.firstLink.rawValue, at: start)
    try seen.requireBothOrNeither(PayloadKey.baseDigest.rawValue, PayloadKey.baseSize.rawValue, at: start)
    kind = isUnderstood ? PayloadKind(rawValue: number) : nil
    if kind == .image, seen.contains(PayloadKey.baseDigest.rawValue) || seen.contains(PayloadKey.memory.rawValue) {
      throw WireError(.invalidValue, at: start)
    }
    self.size = size
    self.digest = digest
    self.chunk = chunk
    self.firstLink = firstLink
    self.baseDigest = baseDigest
    self.baseSize = baseSize
    self.memory = memory
    self.features = features
  }
}

/// The payloads of a component, in the manifest's order.
public typealias PayloadCursor = ItemCursor<PayloadView>
