/// What a JSON value looks like, as OpenAPI 3.1 describes it (JSON Schema 2020-12).
package indirect enum Schema: Sendable {
  /// Text of a number of characters that operators see, all of them visible.
  case text(ClosedRange<Int>)
  /// Text of a number of characters that may have several lines, as PEM.
  case lines(ClosedRange<Int>)
  /// Text that a pattern matches.
  case pattern(String)
  /// Any text.
  case anyText
  /// One of some texts.
  case choice([String])
  /// So many bytes, in base64.
  case bytes(Int)
  /// Any bytes, in base64.
  case anyBytes
  /// A number.
  case integer(ClosedRange<Int64>)
  /// A number of 64 bits without a sign.
  case unsigned
  /// Seconds since 1970, UTC.
  case time
  /// True or false.
  case boolean
  /// Values of one kind.
  case list(Schema, atMost: Int?)
  /// Named values.
  case object([Property])
}

/// A named value in an object.
package struct Property: Sendable {
  /// Its name.
  package let name: String
  /// What it looks like.
  package let schema: Schema
  /// What it is.
  package let summary: String
  /// Whether it is always there.
  package let isRequired: Bool

  /// A named value of its parts.
  package init(_ name: String, _ schema: Schema, _ summary: String, isRequired: Bool = true) {
    self.name = name
    self.schema = schema
    self.summary = summary
    self.isRequired = isRequired
  }
}

/// A message that says what it looks like.
package protocol Described {
  /// What it looks like.
  static var schema: Schema { get }
}

extension Schema {
  /// As JSON Schema has it.
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

  /// Base64 of a number of bytes (RFC 4648 §4): its last digit has bits that must be zero.
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
  fileprivate static func list(of items: Schema, atMost limit: Int?) -> JSONValue {
    var members: [String: JSONValue] = ["type": "array", "items": items.json]
    if let limit { members["maxItems"] = .number(Int64(limit)) }
    return .object(members)
  }

  fileprivate static func object(of properties: [Property]) -> JSONValue {
    var shapes: [String: JSONValue] = [:]
    for property in properties {
      guard case .object(var shape) = property.schema.json else { continue }
      shape["description"] = .text(property.summary)
      shapes[property.name] = .object(shape)
    }
    let required = properties.filter(\.isRequired).map { JSONValue.text($0.name) }
    return ["type": "object", "properties": .object(shapes), "required": .list(required)]
  }
}
