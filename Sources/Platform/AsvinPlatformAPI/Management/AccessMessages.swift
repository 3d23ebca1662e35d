package struct TokenRequest: Codable, Equatable, Sendable {
  package var name: String
  package var role: Role
  package var days: Int?

  package init(name: String, role: Role, days: Int? = nil) {
    self.name = name
    self.role = role
    self.days = days
  }
}

extension TokenRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...64), "The name of the token, which the audit log shows"),
      Property("role", .choice(of: Role.self), "The role of the token"),
      Property(
        "days", .integer(1...3650),
        "The number of days for which the token is valid; without it, until the token is revoked", isRequired: false),
    ])
  }
}

package struct TokenReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var role: Role
  package var created: Int64
  package var expires: Int64?
  package var used: Int64?
  package var token: String?

  package init(
    id: Int64, name: String, role: Role, created: Int64, expires: Int64? = nil, used: Int64? = nil, token: String? = nil
  ) {
    self.id = id
    self.name = name
    self.role = role
    self.created = created
    self.expires = expires
    self.used = used
    self.token = token
  }
}

extension TokenReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("name", .anyText, "The name of the token, which the audit log shows"),
      Property("role", .choice(of: Role.self), "The role of the token"),
      Property("created", .time, "When it was created"),
      Property("expires", .time, "When it expires", isRequired: false),
      Property(
        "used", .time, "When it was last used, to within an hour; absent if it was never used", isRequired: false),
      Property("token", .anyText, "The secret token: returned only once, when the token is created", isRequired: false),
    ])
  }
}

package struct TokenList: Codable, Equatable, Sendable {
  package var items: [TokenReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [TokenReply], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

extension TokenList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(TokenReply.schema, atMost: nil), "The tokens")] + Property.pageEnd)
  }
}

/// The owner of the token that a request carries.
package struct WhoReply: Codable, Equatable, Sendable {
  package var workspace: Int64
  package var name: String
  package var role: Role

  package init(workspace: Int64, name: String, role: Role) {
    self.workspace = workspace
    self.name = name
    self.role = role
  }
}

extension WhoReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("workspace", .id, "The workspace's id"),
      Property("name", .anyText, "The name of the token"),
      Property("role", .choice(of: Role.self), "The role of the token"),
    ])
  }
}
