import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

@testable import AsvinPlatformServer

@Suite("Signing in", .usesScratch) struct SignInTests {
  private static let email = "admin@example.com"

  @Test func `A user signs in, sees the page that was asked for, and signs out`() async throws {
    try await PlatformUnderTest.run { platform in
      _ = try await PageVisitor.signedIn(platform, .admin)
      let visitor = PageVisitor(platform)
      let asked = try await visitor.get("/devices?placement=lobby&sort=-seen")
      #expect(asked.field("Location") == "/console/sign-in?next=%2Fdevices%3Fplacement%3Dlobby%26sort%3D-seen")
      let reply = try await visitor.signIn(Self.email, next: "/devices?placement=lobby&sort=-seen")
      #expect(reply.status == 303)
      #expect(reply.field("Location") == "/console/devices?placement=lobby&sort=-seen")
      #expect(try await visitor.get("/devices").status == 200)
      let old = visitor.cookie
      #expect(try await visitor.post("/sign-out").status == 303)
      visitor.cookie = old
      #expect(try await visitor.get("/devices").status == 303, "the session has ended, and not only the cookie")
    }
  }

  @Test func `A cookie that existed before the sign-in is worth nothing after it`() async throws {
    try await PlatformUnderTest.run { platform in
      _ = try await PageVisitor.signedIn(platform, .admin)
      let visitor = PageVisitor(platform)
      _ = try await visitor.get("/sign-in")
      let chosen = try #require(visitor.cookie)
      #expect(try await visitor.signIn(Self.email).status == 303)
      #expect(visitor.cookie != chosen)
      let thief = PageVisitor(platform)
      thief.cookie = chosen
      #expect(try await thief.get("/devices").status == 303)
    }
  }

  @Test(arguments: [
    "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "/a//b", "javascript:alert(1)",
    "@evil.example", ".evil.example", "/..//evil", "/%0d%0aSet-Cookie:x=y\r\n", "/\u{2028}", "\t/x",
    "/\(String(repeating: "a", count: 3000))",
  ])
  func `The page after the sign-in is one of this platform`(next: String) async throws {
    try await PlatformUnderTest.run { platform in
      _ = try await PageVisitor.signedIn(platform, .admin)
      let visitor = PageVisitor(platform)
      let reply = try await visitor.signIn(Self.email, next: next)
      #expect(reply.status == 303)
      let location = try #require(reply.field("Location"))
      #expect(location == "/console" || location.hasPrefix("/console/"))
      #expect(!location.contains("//") && !location.contains("\\") && !location.contains(".."))
    }
  }

  @Test func `A wrong password and an unknown address have the same answer, and both are limited`() async throws {
    try await PlatformUnderTest.run { platform in
      _ = try await PageVisitor.signedIn(platform, .admin)
      for email in [Self.email, "nobody@example.com"] {
        let visitor = PageVisitor(platform)
        for _ in 0..<PlatformLimit.wrongPasswordsPerMinute {
          let reply = try await visitor.signIn(email, "TEST-ONLY wrong password")
          #expect(reply.status == 401)
          #expect(reply.text.contains("The address or the password is wrong."))
        }
        let limited = try await visitor.signIn(email, PageVisitor.password)
        #expect(limited.status == 429)
        #expect(limited.text.contains("Too many wrong passwords."))
      }
      platform.clock.now = Instant(platform.clock.now.seconds + 61)
      #expect(try await PageVisitor(platform).signIn(Self.email).status == 303)
    }
  }

  @Test func `A session ends when it is unused, when it is old, and when the clock was set back`() async throws {
    try await PlatformUnderTest.run { platform in
      let visitor = try await PageVisitor.signedIn(platform, .admin)
      let start = platform.clock.now
      func status(after seconds: Int64) async throws -> Int {
        platform.clock.now = Instant(start.seconds + seconds)
        return try await visitor.get("/devices").status
      }
      #expect(try await status(after: PlatformLimit.sessionIdleSeconds - 1) == 200)
      #expect(try await status(after: 2 * PlatformLimit.sessionIdleSeconds - 2) == 200, "the use was written down")
      #expect(try await status(after: 3 * PlatformLimit.sessionIdleSeconds) == 303, "unused for too long")
      #expect(try await visitor.signIn(Self.email).status == 303)
      let second = platform.clock.now.seconds - start.seconds
      var time = second
      while time < second + PlatformLimit.sessionSeconds - 40_000 {
        time += 40_000
        #expect(try await status(after: time) == 200)
      }
      #expect(try await status(after: second + PlatformLimit.sessionSeconds) == 303, "too old")
      #expect(try await visitor.signIn(Self.email).status == 303)
      let third = platform.clock.now.seconds - start.seconds
      #expect(try await status(after: third - 1) == 303, "from before its beginning")
    }
  }

  @Test func `A new password ends every session, and the link that sets it works once and for three days`() async throws
  {
    try await PlatformUnderTest.run { platform in
      let visitor = try await PageVisitor.signedIn(platform, .admin)
      func invite() async throws -> String {
        let path = try await Provisioning.inviteUser(
          Self.email, of: platform.workspace.id, in: platform.store, at: platform.clock.now)
        return String(path.split(separator: "=")[1])
      }
      let (first, second) = (try await invite(), try await invite())
      let other = PageVisitor(platform)
      #expect(try await other.get("/welcome?code=\(first)").status == 410, "the second link replaced the first")
      #expect(try await other.get("/welcome?code=\(second)").status == 200)
      let new = "TEST-ONLY another sentence"
      for (password, again, text) in [
        (new, "x", "The two passwords differ."), ("short", "short", "The password is too short."),
      ] {
        let reply = try await other.post("/welcome", [("code", second), ("password", password), ("again", again)])
        #expect(reply.status == 422 && reply.text.contains(text))
      }
      let form = [("code", second), ("password", new), ("again", new)]
      #expect(try await other.post("/welcome", form).status == 303)
      #expect(try await visitor.get("/devices").status == 303, "the old session has ended")
      #expect(try await PageVisitor(platform).get("/welcome?code=\(second)").status == 410)
      #expect(try await PageVisitor(platform).signIn(Self.email).status == 401)
      #expect(try await PageVisitor(platform).signIn(Self.email, new).status == 303)
      let third = try await invite()
      platform.clock.now = Instant(platform.clock.now.seconds + PlatformLimit.invitationSeconds)
      #expect(try await PageVisitor(platform).get("/welcome?code=\(third)").status == 410)
    }
  }

  @Test func `A removed user and a user with another role lose the access at once`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await PageVisitor.signedIn(platform, .admin)
      let visitor = try await PageVisitor.signedIn(platform, .operator)
      let token = try await platform.access(.admin)
      let users = try await platform.call("GET", "/manage/users", token).message(UserList.self).items
      let user = try #require(users.first { $0.role == .operator })
      #expect(try await visitor.post("/groups", [("name", "one")]).status == 303)
      let changed = try await platform.call("PATCH", "/manage/users/\(user.id)", token, UserChange(role: .viewer))
      #expect(changed.status == 200)
      #expect(try await visitor.post("/groups", [("name", "two")]).status == 403)
      #expect(try await platform.call("DELETE", "/manage/users/\(user.id)", token).status == 204)
      #expect(try await visitor.get("/groups").status == 303)
      // The last administrator among the users stays, as a user and as an administrator.
      let last = try #require(users.first { $0.role == .admin })
      #expect(try await platform.call("DELETE", "/manage/users/\(last.id)", token).status == 409)
      #expect(try await platform.call("DELETE", "/manage/tokens/\(last.id)", token).status == 409)
      let demotion = try await platform.call("PATCH", "/manage/users/\(last.id)", token, UserChange(role: .viewer))
      #expect(demotion.status == 409)
      #expect(try await admin.get("/groups").status == 200)
    }
  }

  @Test func `The audit log has the sign-ins, with the user and the address, and no secret`() async throws {
    try await PlatformUnderTest.run { platform in
      let visitor = try await PageVisitor.signedIn(platform, .admin)
      _ = try await visitor.post("/groups", [("name", "kettles")])
      _ = try await visitor.get("")
      _ = try await visitor.post("/sign-out")
      let entries = try await platform.store.read(in: platform.workspace.id) {
        try $0.auditEntries(after: 0, limit: 50)
      }
      let actions = entries.map(\.action)
      #expect(actions == ["user.create", "user.password", "user.sign-in", "device-group.create", "user.sign-out"])
      for entry in entries.dropFirst(2) {
        #expect(entry.actor == Self.email && entry.address == "127.0.0.1" && entry.token != nil, "\(entry.action)")
      }
      let cookie = try #require(visitor.code)
      #expect(!entries.contains { "\($0)".contains(cookie) || "\($0)".contains(PageVisitor.password) })
    }
  }

  @Test func `A user has a bounded number of sessions`() async throws {
    try await PlatformUnderTest.run { platform in
      let first = try await PageVisitor.signedIn(platform, .admin)
      for number in 0..<PlatformLimit.sessions {
        platform.clock.now = Instant(platform.clock.now.seconds + 1)
        #expect(try await PageVisitor(platform).signIn(Self.email).status == 303, "\(number)")
      }
      let sessions = try await platform.store.read(in: platform.workspace.id) { rows in
        try rows.users().flatMap { try rows.sessions(of: $0.token) }
      }
      #expect(sessions.count == PlatformLimit.sessions)
      #expect(try await first.get("/devices").status == 303, "the oldest session has ended")
    }
  }
}
