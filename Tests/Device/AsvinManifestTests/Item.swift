import AsvinManifest

/// A complete item as a value, to compare written and read bytes.
indirect enum Item: Equatable {
  case number(CBORHead)
  case bytes([UInt8])
  case text([UInt8])
  case array([Item])
  case map([Item])

  static func read(_ bytes: [UInt8]) throws(WireError) -> Item {
    var reader = CBORReader(bytes.span)
    let item = try read(&reader)
    try reader.finish()
    return item
  }

  private static func read(_ reader: inout CBORReader) throws(WireError) -> Item {
    var peek = reader
    let head = try peek.head()
    switch head.major {
    case .bytes: return .bytes(copy(try reader.byteString()))
    case .text: return .text(copy(try reader.text()))
    case .unsigned, .negative, .simple:
      reader = peek
      return .number(head)
    case .array, .map:
      reader = peek
      var items: [Item] = []
      for _ in 0..<(head.argument * (head.major == .map ? 2 : 1)) { items.append(try read(&reader)) }
      return head.major == .map ? .map(items) : .array(items)
    }
  }

  private static func copy(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

  func write(to writer: inout CBORWriter) {
    switch self {
    case .number(let head): writer.head(head.major, head.argument)
    case .bytes(let bytes): writer.byteString(bytes)
    case .text(let text): writer.text(text)
    case .array(let items):
      writer.head(.array, UInt64(items.count))
      for item in items { item.write(to: &writer) }
    case .map(let items):
      writer.head(.map, UInt64(items.count / 2))
      for item in items { item.write(to: &writer) }
    }
  }

  var encoded: [UInt8] {
    var writer = CBORWriter()
    write(to: &writer)
    return writer.bytes
  }
}

/// Passes over one item that must be all there is.
func skipOne(_ bytes: [UInt8]) throws(WireError) {
  var reader = CBORReader(bytes.span)
  try reader.skip()
  try reader.finish()
}

/// The error of skipping, or `nil`.
func skipError(_ bytes: [UInt8]) -> WireError? {
  do throws(WireError) {
    try skipOne(bytes)
    return nil
  } catch {
    return error
  }
}
