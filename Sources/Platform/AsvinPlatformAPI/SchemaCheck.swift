extension MessageSchema {
  /// Describes how a value differs from the schema; `nil` if it does not.
  ///
  /// - Parameter place: the path of the value, such as `batch.waves[0]`.
  package func fault(in value: JSONValue, at place: String = "") -> String? {
    let name = place.isEmpty ? "the body" : place
    switch (self, value) {
    case (.text(let count), .text(let text)):
      guard count.contains(text.unicodeScalars.count) else {
        return "\(name) must have \(count.lowerBound) to \(count.upperBound) characters"
      }
      return VisibleText.isClean(text) ? nil : "\(name) has a control character"
    case (.lines(let count), .text(let text)):
      return count.contains(text.unicodeScalars.count)
        ? nil : "\(name) must have \(count.lowerBound) to \(count.upperBound) characters"
    case (.pattern(let pattern), .text(let text)):
      return Self.matches(text, pattern) ? nil : "\(name) must match \(pattern)"
    case (.digest, .text(let text)):
      return Self.matches(text, Self.digestPattern) ? nil : "\(name) must match \(Self.digestPattern)"
    case (.uuid, .text(let text)):
      return Self.matches(text, Self.uuidPattern) ? nil : "\(name) must match \(Self.uuidPattern)"
    case (.choice(let names), .text(let text)):
      return names.contains(text) ? nil : "\(name) must be one of \(names.joined(separator: ", "))"
    case (.bytes(let count), .text(let text)):
      return Self.matches(text, Self.base64Pattern(count)) ? nil : "\(name) must be \(count) bytes in base64"
    case (.anyText, .text), (.anyBytes, .text), (.boolean, .boolean): return nil
    case (.integer(let range), .number(let number)):
      return range.contains(number) ? nil : "\(name) must be a number from \(range.lowerBound) to \(range.upperBound)"
    case (.unsigned, .number(let number)): return number >= 0 ? nil : "\(name) must not be negative"
    case (.time, .number(let seconds)):
      return Self.times.contains(seconds) ? nil : "\(name) must be a time in the years 1 to 9999"
    case (.list(let items, let limit), .list(let values)):
      if let limit, values.count > limit { return "\(name) must have at most \(limit) items" }
      for (index, value) in values.enumerated() {
        if let fault = items.fault(in: value, at: "\(name)[\(index)]") { return fault }
      }
      return nil
    case (.object(let properties), .object(let members)):
      for property in properties {
        let inner = place.isEmpty ? property.name : "\(place).\(property.name)"
        guard let value = members[property.name] else {
          if property.isRequired { return "\(inner) is missing" }
          continue
        }
        if let fault = property.schema.fault(in: value, at: inner) { return fault }
      }
      return nil
    default: return "\(name) must be \(kind)"
    }
  }

  /// The years 1 to 9999 in seconds since 1970.
  static let times: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  private var kind: String {
    switch self {
    case .text, .lines, .pattern, .digest, .uuid, .anyText, .choice, .bytes, .anyBytes: "text"
    case .integer, .unsigned, .time: "a whole number"
    case .boolean: "true or false"
    case .list: "an array"
    case .object: "an object"
    }
  }

  private static func matches(_ text: String, _ pattern: String) -> Bool {
    guard let regex = try? Regex(pattern) else { return false }  // a pattern that cannot be compiled matches nothing
    return text.wholeMatch(of: regex) != nil
  }
}
