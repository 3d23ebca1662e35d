import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension ConsolePages {
  static let account: [PageRoute] = [
    .page("/account") { call in try await call.accountPage() },
    .form("/account/language", .user(.read)) { call, fields in
      let signedIn = try call.user
      let language = fields.text("language").flatMap { PageLanguage(rawValue: $0) }
      try await call.write(in: signedIn.workspace, by: signedIn.user) { rows in
        guard var user = try rows.user(signedIn.user.token) else { throw PlatformError.notFound(.user) }
        user.language = language
        try rows.put(user)
      }
      return call.redirect(to: "/account", done: "saved")
    },
    .form("/account/password", .user(.read)) { call, fields in try await call.changePassword(fields) },
    .form("/account/sessions/end", .user(.read)) { call, fields in
      let signedIn = try call.user
      guard let digest = Digest(hexadecimal: fields.exact("session")) else {
        throw Refusal(PlatformError.notFound(.session))
      }
      try await call.write(in: signedIn.workspace, by: signedIn.user) { rows in
        try rows.endSession(digest, of: signedIn.user.token, by: signedIn.user.email, at: call.now)
      }
      return call.redirect(to: "/account", done: "session-ended")
    },
    .page("/account/audit") { call in try await call.auditPage() },
    .page("/account/users", .user(.administer)) { call in try await call.userList() },
    .form("/account/users", .user(.administer)) { call, fields in
      do {
        let role = fields.text("role").flatMap { Role(rawValue: $0) } ?? .viewer
        let request = UserRequest(email: fields.text("email") ?? "", role: role)
        let reply = try await call.send(.post, "/manage/users", request, as: UserReply.self)
        return try await call.userList(link: reply)
      } catch let refusal as Refusal {
        return try await call.userList(refusal)
      }
    },
    .form("/account/users/{user}/role", .user(.administer)) { call, fields in
      try await call.changeUser { id in
        let role = fields.text("role").flatMap { Role(rawValue: $0) } ?? .viewer
        _ = try await call.send(.patch, "/manage/users/\(id)", UserChange(role: role), as: UserReply.self)
        return "saved"
      }
    },
    .form("/account/users/{user}/remove", .user(.administer)) { call, _ in
      try await call.changeUser { id in
        try await call.send(.delete, "/manage/users/\(id)")
        return "user-removed"
      }
    },
    .form("/account/users/{user}/invite", .user(.administer)) { call, _ in
      let id = try call.id("user", of: .user)
      let reply = try await call.send(.post, "/manage/users/\(id)/invitation", as: UserReply.self)
      return try await call.userList(link: reply)
    },
    .page("/account/tokens", .user(.administer)) { call in try await call.tokenList() },
    .form("/account/tokens", .user(.administer)) { call, fields in
      do {
        let role = fields.text("role").flatMap { Role(rawValue: $0) } ?? .viewer
        let request = TokenRequest(
          name: fields.text("name") ?? "", role: role, days: fields.number("days").map { Int($0) })
        let reply = try await call.send(.post, "/manage/tokens", request, as: TokenReply.self)
        return try await call.tokenList(secret: reply.token)
      } catch let refusal as Refusal {
        return try await call.tokenList(refusal)
      }
    },
    .form("/account/tokens/{token}/remove", .user(.administer)) { call, _ in
      let id = try call.id("token", of: .token)
      do {
        try await call.send(.delete, "/manage/tokens/\(id)")
        return call.redirect(to: "/account/tokens", done: "token-revoked")
      } catch let refusal as Refusal {
        return try await call.tokenList(refusal)
      }
    },
  ]
}

extension PageCall {
  fileprivate func accountPage(_ problem: Refusal? = nil) async throws -> Response {
    let signedIn = try user
    let sessions = try await platform.store.read(in: signedIn.workspace) { try $0.sessions(of: signedIn.user.token) }
    let workspace = try await platform.store.workspace(signedIn.workspace)
    var values: [String: PageValue] = [
      "workspace": .text(VisibleText.cleaned(workspace?.name ?? "")),
      "email": .text(signedIn.user.email), "role": .text(catalog.text("role.\(signedIn.token.role.rawValue)")),
      "languages": .list(
        PageLanguage.allCases.map { language in
          [
            "value": .text(language.rawValue), "name": .text(catalog.text("language.\(language.rawValue)")),
            "selected": .flag(signedIn.user.language == language),
          ]
        }),
      "sessions": .list(
        sessions.filter { $0.isValid(at: now) }.map { session in
          [
            "id": .text(session.digest.hexadecimal), "agent": .text(session.agent), "address": .text(session.address),
            "created": PageTime.value(session.created.seconds), "seen": PageTime.value(session.seen.seconds),
            "current": .flag(session.digest == signedIn.session.digest),
          ]
        }),
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("account", values, section: .account, status: problem?.status ?? .ok)
  }

  /// Sets a new password, for which the old one is needed: a browser may be left unattended. The other sessions end.
  fileprivate func changePassword(_ fields: FormFields) async throws -> Response {
    let signedIn = try user
    let (old, stored) = (fields.exact("old"), signedIn.user.password)
    let attempt = PasswordChecks.Attempt(
      name: "user \(signedIn.user.email)", address: context.peer, isKnown: stored != nil)
    do {
      let isCorrect = try await platform.passwords.check(attempt, limiter: platform.limiter, at: now) {
        old.utf8.count <= PlatformLimit.passwordBytes && (stored ?? .nobody).isPassword(old)
      }
      guard isCorrect else { throw complaint("wrong-old-password") }
      let password = try await newPassword(fields)
      try await write(in: signedIn.workspace, by: signedIn.user) { rows in
        try rows.setPassword(signedIn.user.token, password, isByLink: false, by: signedIn.user.email, at: now)
      }
      return try await begin(signedIn.user, of: signedIn.workspace, at: "/account?done=saved")
    } catch let refusal as Refusal {
      return try await accountPage(refusal)
    }
  }

  fileprivate func auditPage() async throws -> Response {
    // The newest entries first. The list of the API goes forward, so that the page begins at a number.
    let signedIn = try user
    let last = try await platform.store.read(in: signedIn.workspace) { try $0.lastAuditEntry()?.number ?? 0 }
    let end = min(query("before").flatMap { Int64($0) }.map { max($0, 1) } ?? last + 1, last + 1)
    let start = max(end - 101, 0)
    let list: AuditList = try await get(
      ManagementPath("/manage/audit").with("after", "\(start)").with("limit", "\(max(min(end - start - 1, 100), 1))"))
    let items = list.items.filter { $0.number < end }
    return try page(
      "audit",
      [
        "intact": .flag(list.isIntact),
        "entries": .list(
          items.reversed().map { entry in
            [
              "number": .number(entry.number), "time": PageTime.value(entry.time), "actor": .text(entry.actor),
              "action": .text(entry.action), "subject": .text(entry.subject), "address": PageValue(entry.address),
              "details": .list(entry.details.map { ["name": .text($0.name), "value": .text($0.value)] }),
              "has-details": .flag(!entry.details.isEmpty),
            ]
          }),
        "next": start > 0 ? .text("\(ConsolePages.root)/account/audit?before=\(start + 1)") : false,
      ], section: .account)
  }

  fileprivate func userList(_ problem: Refusal? = nil, link: UserReply? = nil) async throws -> Response {
    let list: UserList = try await get(ManagementPath("/manage/users"))
    let own = try user.user.token.value
    let host = request.head.authority ?? ""
    var values: [String: PageValue] = [
      "users": .list(
        list.items.map { user in
          [
            "id": .number(user.id), "email": .text(user.email), "own": .flag(user.id == own),
            "used": PageTime.value(user.used), "waiting": .flag(!user.hasPassword), "roles": roles(user.role),
          ]
        }),
      "roles": roles(.operator),
      "link": link?.invitation.map { path in
        ["email": .text(link?.email ?? ""), "address": .text("\(isSecure ? "https" : "http")://\(host)\(path)")]
      } ?? false,
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("users", values, section: .account, status: problem?.status ?? .ok)
  }

  fileprivate func changeUser(_ body: (Int64) async throws -> String) async throws -> Response {
    let id = try id("user", of: .user)
    do {
      return redirect(to: "/account/users", done: try await body(id))
    } catch let refusal as Refusal {
      return try await userList(refusal)
    }
  }

  private func roles(_ chosen: Role) -> PageValue {
    .list(
      Role.allCases.map { role in
        [
          "value": .text(role.rawValue), "name": .text(catalog.text("role.\(role.rawValue)")),
          "selected": .flag(role == chosen),
        ]
      })
  }

  fileprivate func tokenList(_ problem: Refusal? = nil, secret: String? = nil) async throws -> Response {
    let list: TokenList = try await get(
      ManagementPath("/manage/tokens").with("sort", "name").with("limit", "100").with("after", query("after")))
    let users: UserList = try await get(ManagementPath("/manage/users"))
    let known = Set(users.items.map(\.id))
    var values: [String: PageValue] = [
      "tokens": .list(
        list.items.filter { !known.contains($0.id) }.map { token in
          [
            "id": .number(token.id), "name": .text(token.name),
            "role": .text(catalog.text("role.\(token.role.rawValue)")),
            "created": PageTime.value(token.created), "expires": PageTime.value(token.expires),
            "used": PageTime.value(token.used),
          ]
        }),
      "roles": roles(.publisher), "secret": PageValue(secret),
      "next": list.next.map { .text("\(ConsolePages.root)/account/tokens?after=\($0.percentEncoded)") } ?? false,
    ]
    if let problem { values["notice"] = self.problem(problem) }
    return try page("tokens", values, section: .account, status: problem?.status ?? .ok)
  }
}
