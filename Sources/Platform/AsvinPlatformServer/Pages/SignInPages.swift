import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird

extension ConsolePages {
  static let signIn: [PageRoute] = [
    .page("/sign-in", .anyone) { call in
      if call.signedIn != nil { return call.redirect(to: call.next) }
      return try call.page("sign-in", ["next": .text(call.query("next") ?? "")])
    },
    .form("/sign-in", .anyone) { call, fields in
      let email = fields.text("email") ?? ""
      guard let address = User.address(email) else { return try call.refuseSignIn(email, fields) }
      let found = try await call.platform.store.user(address)
      let password = found?.user.password
      let text = fields.exact("password")
      let attempt = PasswordChecks.Attempt(
        name: "user \(address)", address: call.context.peer, isKnown: password != nil)
      let isCorrect: Bool
      do {
        isCorrect = try await call.platform.passwords.check(attempt, limiter: call.platform.limiter, at: call.now) {
          text.utf8.count <= PlatformLimit.passwordBytes && (password ?? .nobody).isPassword(text)
        }
      } catch let refusal as Refusal where refusal.status == .tooManyRequests {
        return try call.refuseSignIn(email, fields, "too-many", status: .tooManyRequests)
      }
      guard isCorrect, let found else { return try call.refuseSignIn(email, fields) }
      return try await call.begin(found.user, of: found.workspace, at: call.next(in: fields))
    },
    .form("/sign-out", .anyone) { call, _ in
      if let known = call.signedIn {
        try await call.write(in: known.workspace, by: known.user) { rows in
          try rows.endSession(known.session.digest, of: known.user.token, by: known.user.email, at: call.now)
        }
      }
      var response = call.redirect(to: "/sign-in", done: "signed-out")
      PageCookie.remove(from: &response, isSecure: call.isSecure)
      // The browser forgets pages that it kept.
      response.headers[.clearSiteData] = "\"cache\""
      return response
    },
    .page("/start", .anyone) { call in
      let code = call.query("code") ?? ""
      try await call.requireFirstStart(code)
      return try call.page("start", try await call.startValues(code))
    },
    .form("/start", .anyone) { call, fields in
      let code = fields.exact("code")
      try await call.requireFirstStart(code)
      do {
        let password = try await call.newPassword(fields)
        guard let address = User.address(fields.text("email") ?? "") else { throw call.complaint("email") }
        guard call.pages.firstStart.use(code) else { throw PageProblem.expiredLink }
        let (workspace, user): (ID<Workspace>, User)
        do {
          workspace = try await call.startWorkspace(fields)
          user = try await call.firstUser(address, password, in: workspace)
        } catch {
          call.pages.firstStart.restore(code)
          throw error
        }
        return try await call.begin(user, of: workspace, at: "")
      } catch let refusal as Refusal {
        var values = try await call.startValues(code)
        values["email"] = .text(fields.text("email") ?? "")
        values["name"] = .text(fields.text("workspace") ?? "")
        return try call.retry("start", values, refusal)
      }
    },
    .page("/welcome", .anyone) { call in
      let code = call.query("code") ?? ""
      let user = try await call.invited(by: code).user
      return try call.page("welcome", ["code": .text(code), "email": .text(user.email)])
    },
    .form("/welcome", .anyone) { call, fields in
      let code = fields.exact("code")
      let (workspace, user) = try await call.invited(by: code)
      do {
        let password = try await call.newPassword(fields)
        try await call.write(in: workspace, by: user) { rows in
          guard try rows.user(user.token)?.invitation == user.invitation else { throw PageProblem.expiredLink }
          try rows.setPassword(user.token, password, isByLink: true, by: user.email, at: call.now)
        }
      } catch let refusal as Refusal {
        return try call.retry("welcome", ["code": .text(code), "email": .text(user.email)], refusal)
      }
      return try await call.begin(user, of: workspace, at: "")
    },
  ]
}

extension PageCall {
  /// Sends a visitor to the sign-in, which returns to the page.
  func askToSignIn() -> Response {
    var path = "/sign-in"
    let wanted = String(request.head.path?.dropFirst(ConsolePages.root.utf8.count) ?? "")
    if route.method == .get, !wanted.isEmpty { path += "?next=\(wanted.percentEncoded)" }
    return PageReply.redirect(to: path)
  }

  /// The page to show after the sign-in. It is a path below that of the pages, so that no other site is reached.
  fileprivate var next: String { Self.next(query("next")) }
  fileprivate func next(in fields: FormFields) -> String { Self.next(fields.text("next")) }

  private static func next(_ text: String?) -> String {
    guard let text, text.first == "/" || text.first == "?", text.utf8.count <= 2000,
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }), !text.contains("//"),
      !text.contains("..")
    else { return "" }
    return text
  }

  fileprivate func refuseSignIn(
    _ email: String, _ fields: FormFields, _ key: String = "wrong-password", status: HTTPResponse.Status = .unauthorized
  ) throws -> Response {
    let notice: PageValue = [
      "kind": "problem", "message": .text(catalog.text("problem.\(key)")),
      "hint": .text(catalog.text("problem.\(key)-hint")),
    ]
    return try page(
      "sign-in", ["next": .text(fields.text("next") ?? ""), "email": .text(email), "notice": notice], status: status)
  }

  /// Begins a session with a new secret, so that a cookie that another person has chosen is worth nothing.
  func begin(_ user: User, of workspace: ID<Workspace>, at path: String) async throws -> Response {
    let secret = PageCookie.new()
    let agent = String(
      decoding: (request.headers[.userAgent] ?? "").utf8.prefix(PlatformLimit.agentBytes), as: UTF8.self)
    let session = Session(
      digest: secret.digest, user: user.token, created: now, seen: now, address: context.peer,
      agent: VisibleText.cleaned(agent))
    // A session of the same browser ends with the sign-in, in whatever workspace it is.
    if let old = signedIn {
      try await write(in: old.workspace, by: old.user) { try $0.remove(old.session.digest) }
    }
    try await write(in: workspace, by: user) { rows in
      try rows.signIn(session, by: user.email, at: now)
      try rows.markUsed(user.token, at: now)
    }
    var response = redirect(to: path)
    secret.set(on: &response, isSecure: isSecure)
    return response
  }

  func write<Result: Sendable>(
    in workspace: ID<Workspace>, by user: User, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    let origin = AuditOrigin(name: user.email, token: user.token.value, address: context.peer)
    return try await platform.store.write(in: workspace, from: origin, body)
  }

  func complaint(_ key: String) -> Refusal {
    Refusal(
      status: .unprocessableContent, message: catalog.text("problem.\(key)"), hint: catalog.texts["problem.\(key)-hint"]
    )
  }

  func newPassword(_ fields: FormFields) async throws -> StoredPassword {
    let text = fields.exact("password")
    guard text == fields.exact("again") else { throw complaint("different-passwords") }
    guard text.count >= Account.shortestPassword else { throw complaint("short-password") }
    guard let password = try await platform.passwords.hash(text) else { throw complaint("long-password") }
    return password
  }

  fileprivate func invited(by code: String) async throws -> (workspace: ID<Workspace>, user: User) {
    guard let found = try await platform.store.user(invitedBy: AccessSecret.digest(of: code)),
      found.user.invitation?.isValid(at: now) ?? false
    else { throw PageProblem.expiredLink }
    return found
  }

  // The first start

  /// Refuses the link if it was used, or if a user was created in another way since the server started.
  fileprivate func requireFirstStart(_ code: String) async throws {
    guard pages.firstStart.isCode(code), try await !platform.store.hasUsers() else { throw PageProblem.expiredLink }
  }

  fileprivate func startValues(_ code: String) async throws -> [String: PageValue] {
    let workspaces = try await platform.store.workspaces()
    return [
      "code": .text(code), "new": .flag(workspaces.isEmpty),
      "workspaces": .list(
        workspaces.map { ["id": .number($0.id.value), "name": .text(VisibleText.cleaned($0.name))] }),
    ]
  }

  /// The workspace of the first user: one that exists, or a new one.
  fileprivate func startWorkspace(_ fields: FormFields) async throws -> ID<Workspace> {
    let workspaces = try await platform.store.workspaces()
    guard workspaces.isEmpty else {
      guard let id = fields.number("workspace"), let known = workspaces.first(where: { $0.id.value == id }) else {
        throw complaint("workspace")
      }
      return known.id
    }
    guard let name = fields.text("workspace"), name.unicodeScalars.count <= 64 else { throw complaint("workspace") }
    do {
      return try await Provisioning.makeWorkspace(named: name, in: platform.store, at: now).workspace.id
    } catch let error as PlatformError {
      throw Refusal(error)
    }
  }

  fileprivate func firstUser(_ email: String, _ password: StoredPassword, in workspace: ID<Workspace>) async throws
    -> User
  {
    do {
      return try await platform.store.write(in: workspace) { rows in
        let user = try rows.addUser(
          email, .admin, nil, unknown: AccessSecret.digest(of: AccessSecret.new()), by: Provisioning.actor, at: now)
        try rows.setPassword(user.token, password, isByLink: true, by: email, at: now)
        return user
      }
    } catch let error as PlatformError {
      throw Refusal(error)
    }
  }
}
