import AsvinCrypto
import AsvinManifest
import FoundationEssentials

extension MessageSchema {
  /// Writes a value of this shape. Returns whether it has the shape; members without a key are left out.
  func write(_ value: JSONValue, to writer: inout CBORWriter) -> Bool {
    switch (self, value) {
    case (.digest, .text(let text)): return Self.write(Digest(hexadecimal: text)?.array, to: &writer)
    case (.uuid, .text(let text)): return Self.write(Identifier(uuid: text)?.array, to: &writer)
    case (.bytes, .text(let text)), (.anyBytes, .text(let text)):
      return Self.write(Data(base64Encoded: text).map { [UInt8]($0) }, to: &writer)
    case (_, .text(let text)): writer.text(Array(text.utf8))
    case (_, .number(let number)): writer.integer(number)
    case (_, .large(let number)): writer.unsigned(number)
    case (.boolean, .boolean(let isTrue)): writer.bool(isTrue)
    case (.list(let items, _), .list(let values)):
      writer.head(.array, UInt64(values.count))
      return values.allSatisfy { items.write($0, to: &writer) }
    case (.object(let properties), .object(let members)):
      let pairs = properties.compactMap { property in
        property.key.flatMap { key in members[property.name].map { (key: key, schema: property.schema, value: $0) } }
      }.sorted { $0.key < $1.key }
      writer.head(.map, UInt64(pairs.count))
      return pairs.allSatisfy { pair in
        writer.unsigned(pair.key)
        return pair.schema.write(pair.value, to: &writer)
      }
    default: return false
    }
    return true
  }

  private static func write(_ bytes: [UInt8]?, to writer: inout CBORWriter) -> Bool {
    guard let bytes else { return false }
    writer.byteString(bytes)
    return true
  }
}
