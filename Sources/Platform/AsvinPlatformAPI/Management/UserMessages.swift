/// A new user of the pages.
package struct UserRequest: Codable, Equatable, Sendable {
  package var email: String
  package var role: Role

  package init(email: String, role: Role) { (self.email, self.role) = (email, role) }
}

extension UserRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("email", .text(3...64), "The e-mail address, by which the user signs in"),
      Property("role", .choice(of: Role.self), "The role"),
    ])
  }
}

/// The new role of a user.
package struct UserChange: Codable, Equatable, Sendable {
  package var role: Role

  package init(role: Role) { self.role = role }
}

extension UserChange: Described {
  package static var schema: MessageSchema { .object([Property("role", .choice(of: Role.self), "The new role")]) }
}

/// A user of the pages.
package struct UserReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var email: String
  package var role: Role
  package var created: Int64
  package var used: Int64?
  package var hasPassword: Bool
  package var invitationEnds: Int64?
  package var invitation: String?

  package init(id: Int64, email: String, role: Role, created: Int64, used: Int64?, hasPassword: Bool) {
    (self.id, self.email, self.role) = (id, email, role)
    (self.created, self.used, self.hasPassword) = (created, used, hasPassword)
  }
}

extension UserReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id, which is that of the token by which the user acts"),
      Property("email", .anyText, "The e-mail address in lower case"),
      Property("role", .choice(of: Role.self), "The role"),
      Property("created", .time, "When the user was created"),
      Property("used", .time, "When the user was last here", isRequired: false),
      Property("hasPassword", .boolean, "Whether the user has set a password"),
      Property("invitationEnds", .time, "Until when a link lets the user set a password", isRequired: false),
      Property(
        "invitation", .anyText, "The path and the code of that link; only in the reply that creates it",
        isRequired: false),
    ])
  }
}

package struct UserList: Codable, Equatable, Sendable {
  package var items: [UserReply]

  package init(items: [UserReply]) { self.items = items }
}

extension UserList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(UserReply.schema, atMost: nil), "The users, by their addresses")])
  }
}
