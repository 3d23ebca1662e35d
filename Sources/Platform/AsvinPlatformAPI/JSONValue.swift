/// Any JSON value.
package indirect enum JSONValue: Encodable, Equatable, Sendable {
  case text(String)
  case number(Int64)
  /// An integer from 2⁶³ to 2⁶⁴ − 1.
  case large(UInt64)
  /// A number that is not an integer of 64 bits.
  case fraction(Double)
  case boolean(Bool)
  case list([JSONValue])
  case object([String: JSONValue])
  case null
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .large(let number): try container.encode(number)
    case .fraction(let number): try container.encode(number)
    case .boolean(let boolean): try container.encode(boolean)
    case .list(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    case .null: try container.encodeNil()
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  package init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
  /// Of two members with one name, the last one counts.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(elements) { _, last in last })
  }
}
