/// An account of asvin's first device clients.
package struct AccountRequest: Codable, Equatable, Sendable {
  package var email: String
  package var password: String
  package var replace: Bool?

  package init(email: String, password: String, replace: Bool? = nil) {
    (self.email, self.password, self.replace) = (email, password, replace)
  }
}

extension AccountRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("email", .text(3...PlatformLimit.emailBytes), "The e-mail address"),
      Property("password", .text(10...PlatformLimit.passwordBytes), "The password"),
      Property(
        "replace", .boolean, "Whether the account exists and gets this password; default false", isRequired: false),
    ])
  }
}

package struct AccountReply: Codable, Equatable, Sendable {
  package var email: String

  package init(email: String) { self.email = email }
}

extension AccountReply: Described {
  package static var schema: MessageSchema {
    .object([Property("email", .anyText, "The e-mail address in lower case")])
  }
}

package struct AccountList: Codable, Equatable, Sendable {
  package var items: [AccountReply]
  package var next: String?

  package init(items: [AccountReply], next: String? = nil) { (self.items, self.next) = (items, next) }
}

extension AccountList: Described {
  package static var schema: MessageSchema {
    .object([
      Property("items", .list(AccountReply.schema, atMost: nil), "The accounts"),
      Property(
        "next", .anyText, "The value of the query parameter after for the next page; absent on the last page",
        isRequired: false),
    ])
  }
}
