/// Any JSON value.
package indirect enum JSONValue: Encodable, Equatable, Sendable {
  /// Text.
  case text(String)
  /// A whole number.
  case number(Int64)
  /// Another number.
  case fraction(Double)
  /// True or false.
  case boolean(Bool)
  /// An array.
  case list([JSONValue])
  /// An object.
  case object([String: JSONValue])
  /// Nothing.
  case null

  /// Writes it.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .fraction(let number): try container.encode(number)
    case .boolean(let boolean): try container.encode(boolean)
    case .list(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    case .null: try container.encodeNil()
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  /// Text.
  package init(stringLiteral value: String) { self = .text(value) }
  /// A number.
  package init(integerLiteral value: Int64) { self = .number(value) }
  /// True or false.
  package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  /// An array.
  package init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
  /// An object; of a name that is given twice, the last value counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}
