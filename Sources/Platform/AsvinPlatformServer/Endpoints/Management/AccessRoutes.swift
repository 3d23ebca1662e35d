import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import Hummingbird

extension Management {
  static let access: [Route] = [
    Route(.get, "/manage/me", .person(.read), "Show the owner of the token", answers: .json(WhoReply.self, "The owner"))
    {
      call in
      guard case .person(let token, let workspace) = call.caller else { throw Refusal.badToken }
      return try Reply.json(
        WhoReply(workspace: workspace.value, name: VisibleText.cleaned(token.name), role: token.role))
    },
    Route(
      .get, "/manage/tokens", .person(.administer), "List the tokens",
      query: Property.list(GroupSort.self, Property.groupFilters), answers: .json(TokenList.self, "The tokens")
    ) { call in
      let query = try call.query
      let listing = try query.listing(NameFilter<AccessToken>(query))
      let page = try await call.read { try $0.accessTokens(listing) }
      var list = TokenList(items: page.items.map { TokenReply($0) }, next: page.next?.text)
      list.damaged = page.damaged.isEmpty ? nil : page.damaged
      return try Reply.json(list)
    },
    Route(
      .post, "/manage/tokens", .person(.administer), "Create a token; the secret is returned only once",
      body: TokenRequest.self, answers: .json(201, TokenReply.self, "The token"),
      .problem(409, "A token with that name exists")
    ) { call in
      let body = try await call.body(TokenRequest.self)
      let secret = AccessSecret.new()
      let token = AccessToken(
        id: ID(0), name: body.name, role: body.role, digest: AccessSecret.digest(of: secret), created: call.now,
        expires: body.days.map { Instant(call.now.seconds + Int64($0) * 86_400) })
      let added = try await call.write { rows in
        let added = try rows.add(token)
        try rows.record(
          .createToken, "token \(added.id.value) \(added.role.rawValue)",
          [AuditDetail("name", added.name), AuditDetail("role", added.role.rawValue)]
            + (added.expires.map { [AuditDetail("expires", "\($0.seconds)")] } ?? []), call)
        return added
      }
      var reply = TokenReply(added)
      reply.token = secret
      return try Reply.json(reply, status: .created)
    },
    Route(
      .delete, "/manage/tokens/{token}", .person(.administer), "Revoke a token",
      answers: .nothing(204, "The token is revoked"),
      .problem(409, "The request was sent with this token; use another token to revoke it")
    ) { call in
      let id: ID<AccessToken> = try call.id("token", of: .token)
      if case .person(let own, _) = call.caller, own.id == id { throw PlatformError.inUse(.token) }
      try await call.write { rows in
        guard let token = try rows.accessToken(id) else { throw PlatformError.notFound(.token) }
        // The rule about the last administrator holds for users.
        guard try rows.user(id) == nil else {
          throw PlatformError.blocked(
            "the token is that of a user", "remove the user: DELETE /manage/users/\(id.value)")
        }
        try rows.remove(id)
        try rows.record(
          .deleteToken, "token \(id.value)",
          [AuditDetail("name", token.name), AuditDetail("role", token.role.rawValue)], call)
      }
      return Response(status: .noContent)
    },
  ]
}

/// 256 random bits in hexadecimal.
enum SecretText {
  static func new() -> String {
    var generator = SystemRandomNumberGenerator()
    return FixedBytes<32> { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal
  }
}

/// The secret of a token: 256 random bits. Only its digest is stored.
enum AccessSecret {
  static func new() -> String { "asvin_" + SecretText.new() }

  static func digest(of secret: String) -> Digest {
    let bytes = Array(secret.utf8)
    return SHA256.digest(of: bytes.span)
  }
}

extension WriteTransaction {
  /// Records the caller's action in the transaction that performs it.
  func record(_ action: AuditAction, _ subject: String, _ details: [AuditDetail] = [], _ call: Call) throws {
    try record(action, subject, details, by: call.caller.name, at: call.now)
  }
}
