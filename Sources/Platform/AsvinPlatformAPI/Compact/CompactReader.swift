import AsvinCrypto
import AsvinManifest
import FoundationEssentials

extension MessageSchema {
  /// Reads a value of this shape. Nesting is that of the schema, so that hostile bytes cannot deepen it. An unknown key is an
  /// error: a device must not rely on a member that the platform ignores.
  func value(from reader: inout CBORReader) throws(WireError) -> JSONValue {
    let start = reader.offset
    switch self {
    case .text, .lines, .pattern, .anyText, .choice: return .text(text(try reader.text()))
    case .digest: return .text(Digest(startingWith: try reader.byteString(count: Digest.count)).hexadecimal)
    case .uuid: return .text(Identifier(startingWith: try reader.byteString(count: Identifier.count)).uuid)
    case .bytes, .anyBytes: return .text(Data(bytes(try reader.byteString())).base64EncodedString())
    case .integer, .unsigned, .time:
      let head = try reader.head()
      switch head.major {
      case .unsigned: return Int64(exactly: head.argument).map { .number($0) } ?? .large(head.argument)
      case .negative:
        guard let number = Int64(exactly: head.argument) else { throw WireError(.invalidValue, at: start) }
        return .number(-1 - number)
      default: throw WireError(.wrongType, at: start)
      }
    case .boolean:
      let head = try reader.head()
      guard head.major == .simple, head.argument != CBORHead.null else { throw WireError(.wrongType, at: start) }
      return .boolean(head.argument == CBORHead.true)
    case .list(let items, let limit):
      let count = try reader.argument(of: .array)
      // An item has at least one byte, so that no count reserves memory.
      guard count <= UInt64(limit ?? reader.buffer.count) else { throw WireError(.invalidValue, at: start) }
      var values: [JSONValue] = []
      for _ in 0..<count { values.append(try items.value(from: &reader)) }
      return .list(values)
    case .object(let properties): return .object(try Self.members(properties, from: &reader))
    }
  }

  private static func members(
    _ properties: [Property], from reader: inout CBORReader
  ) throws(WireError) -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    var map = try reader.map()
    while true {
      let start = reader.offset
      guard let key = try reader.nextKey(in: &map) else { return members }
      guard !key.isNegative, let property = properties.first(where: { $0.key == key.argument }) else {
        throw WireError(.unknownKey, at: start)
      }
      members[property.name] = try property.schema.value(from: &reader)
    }
  }

  private func bytes(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }
  private func text(_ span: Span<UInt8>) -> String { String(decoding: bytes(span), as: UTF8.self) }
}
