import AsvinHost

/// What an operator writes for something on a platform: an id, or a name.
///
/// Digits alone are an id, because somebody may have *named* another thing like it. `id:2` and `name:2` say which.
struct PlatformReference {
  /// The text without `id:` or `name:`.
  let text: String
  /// The id that it can be.
  let id: Int64?
  /// Whether it can be a name.
  let isName: Bool
  /// The text as it was written.
  let written: String

  init(_ written: String) {
    self.written = written
    let number = { (text: String) -> Int64? in Int64(text).flatMap { "\($0)" == text ? $0 : nil } }
    if written.hasPrefix("id:") {
      text = String(written.dropFirst(3))
      (id, isName) = (number(text), false)
    } else if written.hasPrefix("name:") {
      text = String(written.dropFirst(5))
      (id, isName) = (nil, true)
    } else {
      text = written
      id = number(written)
      let isDigits = !written.isEmpty && written.utf8.allSatisfy { (0x30...0x39).contains($0) }
      isName = !isDigits
    }
  }

  /// Whether a name looks like an id, so that it must be written as `name:2`.
  static func isLikeID(_ name: String) -> Bool { !PlatformReference(name).isName }

  /// The one thing that is meant.
  ///
  /// - Parameters:
  ///   - what: what it is, as `rollout`.
  ///   - names: the names of a thing.
  ///   - words: a thing for a list of candidates.
  /// - Throws: ``Failure`` where there is none, or more than one.
  func one<Item>(
    of items: [Item], _ what: String, id: (Item) -> Int64, names: (Item) -> [String], words: (Item) -> String,
    hint: String
  ) throws(Failure) -> Item {
    if let wanted = self.id, let item = items.first(where: { id($0) == wanted }) { return item }
    let named = items.filter { names($0).contains { $0 == text } }
    guard isName, !named.isEmpty else {
      let other = named.first.map { "'\(text)' is the name of \(words($0)): write name:\(text)" }
      throw Failure(
        .inputMissing, "the platform has no \(what) '\(written)'", hint: isName || other == nil ? hint : other)
    }
    guard named.count == 1 else { throw Self.ambiguous(written, what, named.map(words)) }
    return named[0]
  }

  /// The failure of a text that more than one thing has.
  static func ambiguous(_ text: String, _ what: String, _ candidates: [String]) -> Failure {
    let shown = candidates.prefix(10).joined(separator: ", ")
    let rest = candidates.count > 10 ? ", and \(candidates.count - 10) more" : ""
    return Failure(.usage, "'\(text)' can be \(candidates.count) \(what)s: \(shown)\(rest)", hint: "give the id")
  }
}
