/// A private fact of a manifest, read in place. A device ignores the facts that it does not know.
public struct FactView: ~Escapable {
  /// The negative key.
  public let key: CBORKey
  /// Integer and bool: the value. Byte and text string: the length.
  public let head: CBORHead
  /// The content of a byte or text string, otherwise empty.
  public let content: Span<UInt8>

  @_lifetime(copy reader)
  init(_ key: CBORKey, reading reader: inout CBORReader) throws(WireError) {
    self.key = key
    var content = Span<UInt8>()
    var peek = reader
    let start = reader.offset
    head = try peek.head()
    switch head.major {
    case .unsigned, .negative: reader = peek
    case .bytes: content = try reader.byteString()
    case .text: content = try reader.text()
    case .simple:
      guard head.argument != CBORHead.null else { throw WireError(.wrongType, at: start) }
      reader = peek
    case .array, .map: throw WireError(.wrongType, at: start)
    }
    self.content = content
  }
}

/// The facts of a manifest, keys in their encoded order.
public struct FactCursor: ~Escapable {
  private var reader: CBORReader
  private var map = CBORMap(pairsLeft: .max)

  /// The facts from here to the end of the buffer.
  @_lifetime(copy reader)
  init(_ reader: CBORReader) { self.reader = reader }

  /// The next fact, or `nil` after the last.
  ///
  /// - Throws: nothing for a manifest that was read to its end.
  @_lifetime(copy self)
  public mutating func next() throws(WireError) -> FactView? {
    guard reader.offset < reader.buffer.count, let key = try reader.nextKey(in: &map) else { return nil }
    return try FactView(key, reading: &reader)
  }
}
