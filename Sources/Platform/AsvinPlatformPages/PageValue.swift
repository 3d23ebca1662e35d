import Mustache

/// A value that a template shows.
package enum PageValue: Sendable {
  case text(String)
  case flag(Bool)
  case list([PageValue])
  case fields([String: PageValue])
}

extension PageValue: ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .text(value) }
  package init(booleanLiteral value: Bool) { self = .flag(value) }
  package init(arrayLiteral elements: PageValue...) { self = .list(elements) }
  package init(dictionaryLiteral elements: (String, PageValue)...) {
    self = .fields(Dictionary(elements) { _, last in last })
  }

  /// The value of a text that may be absent. A section with it is left out then.
  package init(_ text: String?) { self = text.map { .text($0) } ?? .flag(false) }

  package static func number(_ number: some BinaryInteger) -> PageValue { .text("\(number)") }

  /// The fields with others added, which replace fields of the same name.
  package func adding(_ others: [String: PageValue]) -> PageValue {
    guard case .fields(let fields) = self else { return .fields(others) }
    return .fields(fields.merging(others) { _, new in new })
  }

  /// The value as the library of templates reads it.
  var rendered: Any {
    switch self {
    case .text(let text): text
    case .flag(let flag): flag
    case .list(let items): items.map(\.rendered)
    case .fields(let fields): fields.mapValues(\.rendered)
    }
  }
}
