/// The shape of a JSON value, as OpenAPI 3.1 describes it (JSON Schema 2020-12). ``isCompact`` messages have a form in CBOR too.
package indirect enum MessageSchema: Sendable {
  /// Text of a number of characters that operators see. All of them are visible.
  case text(ClosedRange<Int>)
  /// Text of a number of characters that may have several lines, such as PEM.
  case lines(ClosedRange<Int>)
  /// Text that matches a pattern.
  case pattern(String)
  /// SHA-256 in hexadecimal.
  case digest
  /// A vendor or class id.
  case uuid
  case anyText
  /// One of several texts.
  case choice([String])
  /// A number of bytes in base64.
  case bytes(Int)
  /// Any number of bytes in base64.
  case anyBytes
  /// An integer in a range.
  case integer(ClosedRange<Int64>)
  /// An unsigned integer of 64 bits.
  case unsigned
  /// Seconds since 1970, UTC.
  case time
  case boolean
  /// An array of values of one shape.
  case list(MessageSchema, atMost: Int?)
  /// An object.
  case object([Property])
}

/// A member of an object.
package struct Property: Sendable {
  package let name: String
  package let schema: MessageSchema
  package let summary: String
  package let isRequired: Bool
  /// The key in the message's CBOR form; `nil` for a member that the form does not have.
  package let key: UInt64?

  package init(
    _ name: String, _ schema: MessageSchema, _ summary: String, isRequired: Bool = true, key: UInt64? = nil
  ) {
    self.name = name
    self.schema = schema
    self.summary = summary
    self.isRequired = isRequired
    self.key = key
  }
}

/// A message that has a schema.
package protocol Described {
  static var schema: MessageSchema { get }
}

extension MessageSchema {
  /// An id of the platform, or a number in JSON that every reader keeps exactly.
  package static var id: MessageSchema { .integer(1...PlatformLimit.largestID) }
  /// A number of bytes, or a slot.
  package static var size: MessageSchema { .integer(0...PlatformLimit.largestID) }
  /// A number of devices or files.
  package static var count: MessageSchema { .integer(0...1_000_000_000) }
  /// `HH:MM`.
  package static var timeOfDay: MessageSchema { .pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$") }

  /// One of the raw values of an enumeration.
  package static func choice<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> MessageSchema {
    .choice(type.allCases.map(\.rawValue))
  }
}

extension MessageSchema {
  /// The shape in JSON Schema.
  package var json: JSONValue {
    switch self {
    case .text(let count):
      [
        "type": "string", "minLength": .number(Int64(count.lowerBound)), "maxLength": .number(Int64(count.upperBound)),
        "pattern": .text(VisibleText.pattern),
      ]
    case .lines(let count):
      ["type": "string", "minLength": .number(Int64(count.lowerBound)), "maxLength": .number(Int64(count.upperBound))]
    case .pattern(let pattern): ["type": "string", "pattern": .text(pattern)]
    case .digest: ["type": "string", "pattern": .text(Self.digestPattern)]
    case .uuid: ["type": "string", "pattern": .text(Self.uuidPattern)]
    case .anyText: ["type": "string"]
    case .choice(let names): ["type": "string", "enum": .list(names.map { .text($0) })]
    case .bytes(let count):
      ["type": "string", "contentEncoding": "base64", "pattern": .text(Self.base64Pattern(count))]
    case .anyBytes: ["type": "string", "contentEncoding": "base64"]
    case .integer(let range):
      ["type": "integer", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
    case .unsigned: ["type": "integer", "minimum": 0, "maximum": .number(.max)]
    case .time:
      [
        "type": "integer", "format": "int64", "minimum": .number(Self.times.lowerBound),
        "maximum": .number(Self.times.upperBound),
      ]
    case .boolean: ["type": "boolean"]
    case .list(let items, let limit): .list(of: items, atMost: limit)
    case .object(let properties): .object(of: properties)
    }
  }

  static let digestPattern = "^[0-9a-f]{64}$"
  static let uuidPattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"

  /// The pattern of a number of bytes in base64 (RFC 4648 §4). The unused bits of the last digit are zero.
  static func base64Pattern(_ count: Int) -> String {
    let digit = "[A-Za-z0-9+/]"
    return switch count % 3 {
    case 1: "^\(digit){\(count / 3 * 4 + 1)}[AQgw]==$"
    case 2: "^\(digit){\(count / 3 * 4 + 2)}[AEIMQUYcgkosw048]=$"
    default: "^\(digit){\(count / 3 * 4)}$"
    }
  }
}

extension JSONValue {
  fileprivate static func list(of items: MessageSchema, atMost limit: Int?) -> JSONValue {
    var members: [String: JSONValue] = ["type": "array", "items": items.json]
    if let limit { members["maxItems"] = .number(Int64(limit)) }
    return .object(members)
  }

  fileprivate static func object(of properties: [Property]) -> JSONValue {
    var shapes: [String: JSONValue] = [:]
    for property in properties {
      guard case .object(var shape) = property.schema.json else { continue }
      shape["description"] = .text(property.summary)
      if let key = property.key { shape["x-cbor-key"] = .number(Int64(key)) }
      shapes[property.name] = .object(shape)
    }
    let required = properties.filter(\.isRequired).map { JSONValue.text($0.name) }
    return ["type": "object", "properties": .object(shapes), "required": .list(required)]
  }
}
