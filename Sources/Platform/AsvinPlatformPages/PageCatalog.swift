package import AsvinPlatformAPI
import FoundationEssentials

/// The texts of the pages in one language.
package struct PageCatalog: Sendable {
  package let language: PageLanguage
  /// The texts by their keys, such as `devices.title`.
  package let texts: [String: String]
  /// The texts as templates read them: `{{text.devices.title}}`.
  package let values: PageValue

  /// Reads the texts of a language.
  ///
  /// - Throws: an error for a file that is not an object of texts, which is a defect of the program.
  package init(_ language: PageLanguage) throws {
    self.language = language
    texts = try JSONDecoder().decode([String: String].self, from: Data(PageResources.catalog(language)))
    var groups: [String: [String: PageValue]] = [:]
    for (key, text) in texts {
      let parts = key.split(separator: ".", maxSplits: 1).map(String.init)
      groups[parts[0], default: [:]][parts.count == 2 ? parts[1] : ""] = .text(text)
    }
    values = .fields(groups.mapValues { .fields($0) })
  }

  /// Returns a text with values in place of names in braces. A key that is not in the catalog is its own text, so that a
  /// page with a defect remains readable; a test compares the keys in use with the catalogs.
  package func text(_ key: String, _ values: [String: String] = [:]) -> String {
    guard let text = texts[key] else { return key }
    guard !values.isEmpty else { return text }
    // One pass, so that a value with braces is not replaced again.
    var result = ""
    var rest = text[...]
    while let start = rest.firstIndex(of: "{") {
      result += rest[..<start]
      rest = rest[start...]
      guard let end = rest.firstIndex(of: "}") else { break }
      let name = rest[rest.index(after: start)..<end]
      result += values[String(name)] ?? String(rest[...end])
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// Returns a text for a number of things: that of `key.one` for one, and of `key.other` for any other number.
  package func count(_ key: String, _ number: Int) -> String {
    text(number == 1 ? "\(key).one" : "\(key).other", ["number": grouped(number)])
  }

  /// A number with its thousands in groups.
  package func grouped(_ number: Int) -> String {
    let digits = Array("\(number.magnitude)".utf8)
    let separator = UInt8(ascii: language == .de ? "." : ",")
    var bytes: [UInt8] = number < 0 ? [UInt8(ascii: "-")] : []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { bytes.append(separator) }
      bytes.append(digit)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension PageLanguage {
  /// The language that a browser prefers (RFC 9110 §12.5.4); English if it asks for no language of the pages.
  package init(accepting field: String) {
    var best: (language: PageLanguage, weight: Double) = (.en, 0)
    for part in field.split(separator: ",").prefix(32) {
      let pieces = part.split(separator: ";").map { $0.filter { $0 != " " } }
      guard let tag = pieces.first?.lowercased().split(separator: "-").first,
        let language = PageLanguage(rawValue: String(tag))
      else { continue }
      let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      if weight > best.weight { best = (language, weight) }
    }
    self = best.language
  }
}
