package import FoundationEssentials

/// Why a request was refused.
package struct Problem: Codable, Equatable, Sendable {
  package var message: String
  package var hint: String?
  package var reason: String?
  package var code: Int?
  package var nonce: Data?

  package init(
    message: String, hint: String? = nil, reason: String? = nil, code: Int? = nil, nonce: Data? = nil
  ) {
    self.message = message
    self.hint = hint
    self.reason = reason
    self.code = code
    self.nonce = nonce
  }
}

extension Problem: Described {
  package static var schema: MessageSchema {
    .object([
      Property("message", .anyText, "What failed", key: 1),
      Property("hint", .anyText, "What to do next", isRequired: false, key: 2),
      Property("reason", .anyText, "The name of the reason why a release was rejected", isRequired: false, key: 3),
      Property("code", .integer(0...255), "The reason code", isRequired: false, key: 4),
      Property(
        "nonce", .bytes(32), "A new nonce, where the proof of a request with a symmetric key is not valid",
        isRequired: false, key: 5),
    ])
  }
}
