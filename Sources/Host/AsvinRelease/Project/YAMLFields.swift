import AsvinHost

/// The fields of one map of a YAML file. Each is taken once; what is left at the end is unknown, and refused.
struct YAMLFields {
  private var fields: [String: YAML] = [:]
  private let place: String

  init(_ yaml: YAML, in place: String) throws(Failure) {
    self.place = place
    guard case .map(let pairs) = yaml else { throw Failure(.rejected, "\(place) is not a map of names and values") }
    for (key, value) in pairs { fields[key] = value }
  }

  mutating func text(_ key: String) throws(Failure) -> String? {
    guard let value = fields.removeValue(forKey: key) else { return nil }
    guard case .text(let text) = value else { throw wrong(key, "a text") }
    return text.isEmpty ? nil : text
  }

  mutating func texts(_ key: String) throws(Failure) -> [String] {
    guard let value = fields.removeValue(forKey: key) else { return [] }
    switch value {
    case .text(let text): return text.isEmpty ? [] : [text]
    case .list(let items):
      var texts: [String] = []
      for item in items {
        guard case .text(let text) = item else { throw wrong(key, "a list of texts") }
        texts.append(text)
      }
      return texts
    case .map: throw wrong(key, "a text or a list of texts")
    }
  }

  /// A number of bytes: digits, then `K` or `M` for 1024 and 1024².
  mutating func bytes(_ key: String) throws(Failure) -> UInt64? {
    guard let text = try text(key) else { return nil }
    let scale: UInt64 = text.hasSuffix("K") ? 1 << 10 : text.hasSuffix("M") ? 1 << 20 : 1
    let digits = scale == 1 ? Substring(text) : text.dropLast()
    guard let number = UInt64(digits), number <= UInt64.max / scale else {
      throw wrong(key, "a number of bytes, such as 4096, 64K or 1M")
    }
    return number * scale
  }

  mutating func map(_ key: String) throws(Failure) -> [(key: String, value: YAML)] {
    guard let value = fields.removeValue(forKey: key) else { return [] }
    switch value {
    case .map(let pairs): return pairs
    case .text(""): return []
    case .text, .list: throw wrong(key, "a map")
    }
  }

  func finish() throws(Failure) {
    guard let unknown = fields.keys.sorted().first else { return }
    throw Failure(.rejected, "\(place) has an unknown field '\(unknown)'", hint: "check its spelling")
  }

  private func wrong(_ key: String, _ wanted: String) -> Failure {
    Failure(.rejected, "'\(key)' in \(place) is not \(wanted)")
  }
}
