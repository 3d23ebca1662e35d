/// Why something was not done.
package struct Problem: Codable, Equatable, Sendable {
  /// What is wrong
  package var message: String
  /// What to do next
  package var hint: String?
  /// Why a release was rejected: the name of the reason
  package var reason: String?
  /// Its code
  package var code: Int?

  /// Problem of its parts.
  package init(message: String, hint: String? = nil, reason: String? = nil, code: Int? = nil) {
    self.message = message
    self.hint = hint
    self.reason = reason
    self.code = code
  }
}

extension Problem: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("message", .anyText, "What is wrong"),
      Property("hint", .anyText, "What to do next", isRequired: false),
      Property("reason", .anyText, "Why a release was rejected: the name of the reason", isRequired: false),
      Property("code", .integer(0...255), "Its code", isRequired: false),
    ])
  }
}
