/// What a token allows.
package enum RoleName: String, Codable, CaseIterable, Sendable {
  /// Looking
  case viewer
  /// Publishing firmware
  case publisher
  /// Devices and rollouts
  case `operator`
  /// Everything
  case admin
}

/// A new token.
package struct TokenRequest: Codable, Equatable, Sendable {
  /// Whose it is
  package var name: String
  /// What it allows
  package var role: RoleName
  /// How long it is good; until it is taken back where not given
  package var days: Int?

  /// TokenRequest of its parts.
  package init(name: String, role: RoleName, days: Int? = nil) {
    self.name = name
    self.role = role
    self.days = days
  }
}

extension TokenRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("name", .text(1...64), "Whose it is"),
      Property("role", .choice(RoleName.allCases.map(\.rawValue)), "What it allows"),
      Property(
        "days", .integer(1...3650), "How long it is good; until it is taken back where not given", isRequired: false),
    ])
  }
}

/// A token.
package struct TokenReply: Codable, Equatable, Sendable {
  /// Its id
  package var id: Int64
  /// Whose it is
  package var name: String
  /// What it allows
  package var role: RoleName
  /// When it was made
  package var created: Int64
  /// From when on it is no longer good
  package var expires: Int64?
  /// The token itself: told once, when it is made
  package var token: String?

  /// TokenReply of its parts.
  package init(id: Int64, name: String, role: RoleName, created: Int64, expires: Int64? = nil, token: String? = nil) {
    self.id = id
    self.name = name
    self.role = role
    self.created = created
    self.expires = expires
    self.token = token
  }
}

extension TokenReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("id", .integer(1...9_007_199_254_740_991), "Its id"),
      Property("name", .anyText, "Whose it is"),
      Property("role", .choice(RoleName.allCases.map(\.rawValue)), "What it allows"),
      Property("created", .time, "When it was made"),
      Property("expires", .time, "From when on it is no longer good", isRequired: false),
      Property("token", .anyText, "The token itself: told once, when it is made", isRequired: false),
    ])
  }
}

/// Tokens.
package struct TokenList: Codable, Equatable, Sendable {
  /// The tokens
  package var items: [TokenReply]

  /// TokenList of its parts.
  package init(items: [TokenReply]) {
    self.items = items
  }
}

extension TokenList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(TokenReply.schema, atMost: nil), "The tokens")
    ])
  }
}

/// One thing that was done.
package struct AuditEntryReply: Codable, Equatable, Sendable {
  /// Its place
  package var number: Int64
  /// When
  package var time: Int64
  /// Who did it
  package var actor: String
  /// What was done
  package var action: String
  /// To what
  package var subject: String
  /// The digest of the entry before
  package var previous: String
  /// Its digest
  package var digest: String

  /// AuditEntryReply of its parts.
  package init(
    number: Int64, time: Int64, actor: String, action: String, subject: String, previous: String, digest: String
  ) {
    self.number = number
    self.time = time
    self.actor = actor
    self.action = action
    self.subject = subject
    self.previous = previous
    self.digest = digest
  }
}

extension AuditEntryReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("number", .integer(1...9_007_199_254_740_991), "Its place"),
      Property("time", .time, "When"),
      Property("actor", .anyText, "Who did it"),
      Property("action", .anyText, "What was done"),
      Property("subject", .anyText, "To what"),
      Property("previous", .pattern("^[0-9a-f]{64}$"), "The digest of the entry before"),
      Property("digest", .pattern("^[0-9a-f]{64}$"), "Its digest"),
    ])
  }
}

/// What was done.
package struct AuditList: Codable, Equatable, Sendable {
  /// The entries
  package var items: [AuditEntryReply]
  /// Whether each of them follows from the one before
  package var isIntact: Bool
  /// What to give as after for the next page
  package var next: Int64?

  /// AuditList of its parts.
  package init(items: [AuditEntryReply], isIntact: Bool, next: Int64? = nil) {
    self.items = items
    self.isIntact = isIntact
    self.next = next
  }
}

extension AuditList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(AuditEntryReply.schema, atMost: nil), "The entries"),
      Property("isIntact", .boolean, "Whether each of them follows from the one before"),
      Property(
        "next", .integer(1...9_007_199_254_740_991), "What to give as after for the next page", isRequired: false),
    ])
  }
}

/// Who somebody is.
package struct WhoReply: Codable, Equatable, Sendable {
  /// The workspace
  package var workspace: Int64
  /// The name of the token
  package var name: String
  /// What it allows
  package var role: RoleName

  /// WhoReply of its parts.
  package init(workspace: Int64, name: String, role: RoleName) {
    self.workspace = workspace
    self.name = name
    self.role = role
  }
}

extension WhoReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("workspace", .integer(1...9_007_199_254_740_991), "The workspace"),
      Property("name", .anyText, "The name of the token"),
      Property("role", .choice(RoleName.allCases.map(\.rawValue)), "What it allows"),
    ])
  }
}
