/// Why a request was refused.
package struct Problem: Codable, Equatable, Sendable {
  package var message: String
  package var hint: String?
  package var reason: String?
  package var code: Int?

  package init(message: String, hint: String? = nil, reason: String? = nil, code: Int? = nil) {
    self.message = message
    self.hint = hint
    self.reason = reason
    self.code = code
  }
}

extension Problem: Described {
  package static var schema: MessageSchema {
    .object([
      Property("message", .anyText, "What failed"),
      Property("hint", .anyText, "What to do next", isRequired: false),
      Property("reason", .anyText, "The name of the reason why a release was rejected", isRequired: false),
      Property("code", .integer(0...255), "The reason code", isRequired: false),
    ])
  }
}
