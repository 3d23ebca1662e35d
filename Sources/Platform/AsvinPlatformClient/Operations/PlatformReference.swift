import AsvinHost

/// A text with which an operator refers to an entity on a platform: an id or a name.
///
/// Digits alone are an id, because another entity may have a name that looks like it. `id:2` and `name:2` are unambiguous.
struct PlatformReference {
  /// The text without `id:` or `name:`.
  let text: String
  /// The id, if the text can be one.
  let id: Int64?
  /// Whether the text can be a name.
  let isName: Bool
  /// The original text.
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

  /// The query for the entities to which the text can refer.
  var query: QueryItem { QueryItem("called", text) }

  /// Whether a name looks like an id, so that it must be written as `name:2`.
  static func isLikeID(_ name: String) -> Bool { !PlatformReference(name).isName }

  /// Returns the entity to which the text refers.
  ///
  /// - Parameters:
  ///   - what: the kind of entity, such as `rollout`.
  ///   - names: the names of an entity.
  ///   - words: the text of an entity in a list of candidates.
  /// - Throws: ``Failure`` if there is none or more than one.
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

  /// Returns the failure for an ambiguous text.
  static func ambiguous(_ text: String, _ what: String, _ candidates: [String]) -> Failure {
    let shown = candidates.prefix(10).joined(separator: ", ")
    let rest = candidates.count > 10 ? ", and \(candidates.count - 10) more" : ""
    return Failure(.usage, "'\(text)' can be \(candidates.count) \(what)s: \(shown)\(rest)", hint: "use the id")
  }
}
