import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import Hummingbird

extension Management {
  static let access: [Route] = [
    Route(.get, "/manage/me", .person(.read), "Whose token this is", gives: .json(WhoReply.self, "Whose it is")) {
      call in
      guard case .person(let token, let workspace) = call.caller else { throw Refusal.badToken }
      return try Reply.json(
        WhoReply(workspace: workspace.value, name: VisibleText.cleaned(token.name), role: RoleName(token.role)))
    },
    Route(
      .get, "/manage/tokens", .person(.administer), "Who has access", gives: .json(TokenList.self, "The tokens")
    ) { call in
      try Reply.json(TokenList(items: try await call.read { try $0.accessTokens() }.map { TokenReply($0) }))
    },
    Route(
      .post, "/manage/tokens", .person(.administer), "Give somebody access; the token is told once",
      takes: TokenRequest.self, gives: .json(201, TokenReply.self, "The token"),
      .problem(409, "There is a token of that name")
    ) { call in
      let body = try await call.body(TokenRequest.self)
      let secret = AccessSecret.new()
      let token = AccessToken(
        id: ID(0), name: body.name, role: Role(body.role), digest: AccessSecret.digest(of: secret), created: call.now,
        expires: body.days.map { Instant(call.now.seconds + Int64($0) * 86_400) })
      let added = try await call.write { rows in
        let added = try rows.add(token)
        try rows.record("token.create", "token \(added.id.value) \(added.role.rawValue)", call)
        return added
      }
      var reply = TokenReply(added)
      reply.token = secret
      return try Reply.json(reply, status: .created)
    },
    Route(
      .delete, "/manage/tokens/{token}", .person(.administer), "Take access back", gives: .nothing(204, "It is gone"),
      .problem(409, "It is the token that asks: somebody else takes that back")
    ) { call in
      let id: ID<AccessToken> = try call.id("token", of: .token)
      if case .person(let own, _) = call.caller, own.id == id { throw PlatformError.inUse(.token) }
      try await call.write { rows in
        guard try rows.accessTokens().contains(where: { $0.id == id }) else { throw PlatformError.notFound(.token) }
        try rows.remove(id)
        try rows.record("token.delete", "token \(id.value)", call)
      }
      return Response(status: .noContent)
    },
    Route(
      .get, "/manage/audit", .person(.read), "What was done, and whether the log is whole", query: Property.page,
      gives: .json(AuditList.self, "The entries")
    ) { call in
      let (after, limit) = try call.page()
      let (entries, last) = try await call.read { rows in
        let last = after > 0 ? try rows.auditEntries(after: after - 1, limit: 1).first : nil
        return (try rows.auditEntries(after: after, limit: limit), last)
      }
      let firstBreak = AuditEntry.firstBreak(in: entries, after: last, of: try call.workspace)
      return try Reply.json(
        AuditList(
          items: entries.map { AuditEntryReply($0) }, isIntact: firstBreak == nil,
          next: entries.count == limit ? entries.last?.number : nil))
    },
  ]
}

/// The token of a person or a build server: 256 random bits. Only its digest is kept.
enum AccessSecret {
  static func new() -> String {
    var generator = SystemRandomNumberGenerator()
    return "asvin_" + FixedBytes<32> { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal
  }

  static func digest(of secret: String) -> Digest {
    let bytes = Array(secret.utf8)
    return SHA256.digest(of: bytes.span)
  }
}

extension WritablePlatformRows {
  /// Writes down what somebody does, in the transaction in which it is done.
  func record(_ action: String, _ subject: String, _ call: Call) throws {
    try record(action, subject, by: call.caller.name, at: call.now)
  }
}
