package import AsvinManifest
import FoundationEssentials

// The CBOR form of a message: deterministic CBOR (RFC 8949 §4.2.1) of the same values as in JSON. Members have integer keys,
// and digests, ids and base64 are byte strings. The schema that checks a JSON message makes and checks this form too.

extension MessageSchema {
  /// Whether the message has a CBOR form: each member that it requires has a key.
  package var isCompact: Bool {
    switch self {
    case .object(let properties):
      properties.allSatisfy { $0.key == nil ? !$0.isRequired : $0.schema.isCompact }
    case .list(let items, _): items.isCompact
    default: true
    }
  }
}

/// Reads and writes a message in CBOR.
package enum CompactMessage {
  /// The media type (RFC 8949 §9.3).
  package static let mediaType = "application/cbor"

  /// Reads a value.
  ///
  /// - Throws: `WireError` for bytes that are not the deterministic encoding of a value of the schema's shape. Numbers and
  ///   texts are not yet checked against it.
  package static func value(of bytes: [UInt8], as schema: MessageSchema) throws(WireError) -> JSONValue {
    var reader = CBORReader(bytes.span)
    let value = try schema.value(from: &reader)
    try reader.finish()
    return value
  }

  /// Returns the CBOR form of a message; `nil` for a message without one.
  package static func bytes(of message: some Encodable & Described) throws -> [UInt8]? {
    let schema = type(of: message).schema
    guard schema.isCompact, let value = JSONValue(request: [UInt8](try JSONEncoder().encode(message))) else {
      return nil
    }
    var writer = CBORWriter()
    return schema.write(value, to: &writer) ? writer.bytes : nil
  }

  /// Decodes a message from its checked value.
  package static func message<Value: Decodable>(_ type: Value.Type, of value: JSONValue) throws -> Value {
    try JSONDecoder().decode(type, from: JSONEncoder().encode(value))
  }
}
