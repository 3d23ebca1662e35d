import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Synchronization
import Testing

@testable import AsvinPlatformServer

/// A browser: it keeps the cookie, and sends the code of the last page with each form.
final class PageVisitor: Sendable {
  private struct State {
    var cookie: String?
    var code: String?
  }

  let platform: PlatformUnderTest
  private let state = Mutex(State())
  private let fields: [String]

  init(_ platform: PlatformUnderTest, fields: [String] = []) { (self.platform, self.fields) = (platform, fields) }

  var cookie: String? {
    get { state.withLock { $0.cookie } }
    set { state.withLock { $0.cookie = newValue } }
  }
  var code: String? { state.withLock { $0.code } }

  func get(_ path: String, _ more: [String] = []) async throws -> RawReply { try await send("GET", path, [], more) }

  /// Sends a form. The code is that of the last page, unless the form has one.
  func post(_ path: String, _ form: [(String, String)] = [], _ more: [String] = []) async throws -> RawReply {
    let all = form.contains { $0.0 == "form" } ? form : form + [("form", code ?? "")]
    let body = all.map { "\($0.0.percentEncoded)=\($0.1.percentEncoded)" }.joined(separator: "&")
    return try await send(
      "POST", path, Array(body.utf8), ["Content-Type: application/x-www-form-urlencoded"] + more)
  }

  private func send(_ method: String, _ path: String, _ body: [UInt8], _ more: [String]) async throws -> RawReply {
    let cookie = cookie.map { ["Cookie: \($0)"] } ?? []
    let reply = try await platform.send(
      body, method, ConsolePages.root + path, nil, fields: cookie + fields + more)
    state.withLock { state in
      for (name, value) in reply.fields where name.lowercased() == "set-cookie" {
        let pair = String(value.prefix { $0 != ";" })
        state.cookie = pair.hasSuffix("=") ? nil : pair
      }
      if let found = reply.text.firstMatch(of: /name="form" value="([0-9a-f]{64})"/) { state.code = String(found.1) }
    }
    return reply
  }

  static let password = "TEST-ONLY a long sentence"

  /// Creates a user with a role by an invitation, and signs in with it.
  static func signedIn(_ platform: PlatformUnderTest, _ role: Role, _ email: String? = nil) async throws -> PageVisitor
  {
    let path = try await Provisioning.makeUser(
      email ?? "\(role.rawValue)@example.com", role, of: platform.workspace.id, in: platform.store,
      at: platform.clock.now)
    let visitor = PageVisitor(platform)
    let page = String(path.dropFirst(ConsolePages.root.count))
    let welcome = try await visitor.get(page)
    try #require(welcome.status == 200, "\(welcome.text)")
    let code = String(path.split(separator: "=")[1])
    let reply = try await visitor.post("/welcome", [("code", code), ("password", password), ("again", password)])
    try #require(reply.status == 303, "\(reply.text)")
    _ = try await visitor.get("")
    return visitor
  }

  func signIn(_ email: String, _ password: String = PageVisitor.password, next: String = "") async throws -> RawReply {
    _ = try await get("/sign-in")
    return try await post("/sign-in", [("email", email), ("password", password), ("next", next)])
  }
}
