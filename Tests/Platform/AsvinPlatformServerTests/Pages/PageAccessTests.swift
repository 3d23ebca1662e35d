import AsvinFixtures
import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformPages
import Testing

@testable import AsvinPlatformServer

@Suite("Access to the pages", .usesScratch) struct PageAccessTests {
  /// The path of a route, with ids that do not exist.
  private func path(_ route: PageRoute) -> String {
    route.path.replacing(/\{[a-z]+\}/, with: "4711")
  }

  @Test func `No page and no form serves a visitor who has not signed in`() async throws {
    try await PlatformUnderTest.run { platform in
      let visitor = PageVisitor(platform)
      _ = try await visitor.get("/sign-in")
      for route in ConsolePages.routes {
        guard case .user = route.access else { continue }
        let reply =
          route.verb == "GET" ? try await visitor.get(path(route)) : try await visitor.post(path(route))
        if route.verb == "PATCH" { continue }
        #expect(reply.status == 303, "\(route.verb) \(route.path)")
        #expect(reply.field("Location")?.hasPrefix("/console/sign-in") == true, "\(route.path)")
        #expect(reply.body.isEmpty, "\(route.path)")
      }
    }
  }

  @Test func `Every form is refused without the code of the browser, with that of another one, and from another site`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let admin = try await PageVisitor.signedIn(platform, .admin)
      let other = try await PageVisitor.signedIn(platform, .admin, "other@example.com")
      for route in ConsolePages.routes where route.verb == "POST" {
        for code in ["", "00", String(repeating: "0", count: 64), other.code ?? ""] {
          let reply = try await admin.post(path(route), [("form", code)])
          #expect(reply.status == 403, "\(route.path) with the code '\(code)'")
        }
        for site in ["cross-site", "same-site", "none"] {
          let reply = try await admin.post(path(route), [], ["Sec-Fetch-Site: \(site)"])
          #expect(reply.status == 403, "\(route.path) from \(site)")
        }
      }
      #expect(try await admin.get("").status == 200, "the session still exists")
    }
  }

  @Test(arguments: Role.allCases)
  func `A form that the role does not allow is refused before anything happens`(role: Role) async throws {
    try await PlatformUnderTest.run { platform in
      let visitor = try await PageVisitor.signedIn(platform, role)
      let before = try await platform.store.read(in: platform.workspace.id) { try $0.lastAuditEntry()?.number }
      for route in ConsolePages.routes where route.verb == "POST" {
        guard case .user(let permission) = route.access, !role.may(permission) else { continue }
        let reply = try await visitor.post(path(route))
        #expect(reply.status == 403, "\(route.path)")
        #expect(reply.text.contains("Your role does not allow this."), "\(route.path)")
      }
      let after = try await platform.store.read(in: platform.workspace.id) { try $0.lastAuditEntry()?.number }
      #expect(before == after)
    }
  }

  @Test func `Pages of another workspace do not exist`() async throws {
    try await PlatformUnderTest.run { platform in
      let other = try await platform.store.add(
        Workspace(id: ID(0), name: "theirs", customerKey: "c", deviceKeys: ["k"]))
      let (device, group) = try await platform.store.write(in: other.id) { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: "secret-group"))
        let device = try rows.add(
          Device(
            id: ID(0), name: try #require(DeviceName("secret-device")), label: "", firmwareVersion: "1",
            registered: Instant(1), seen: Instant(1)))
        return (device.id, group.id)
      }
      let admin = try await PageVisitor.signedIn(platform, .admin)
      for path in ["/devices/\(device.value)", "/groups/\(group.value)", "/firmware/1", "/rollouts/1", "/uploads/1"] {
        let reply = try await admin.get(path)
        #expect(reply.status == 404, "\(path)")
        #expect(!reply.text.contains("secret"), "\(path)")
      }
      for path in ["/devices", "/groups", "/firmware", "/rollouts", ""] {
        let reply = try await admin.get(path)
        #expect(reply.status == 200, "\(path)")
        #expect(!reply.text.contains("secret"), "\(path)")
      }
    }
  }

  @Test func `Every reply has the policy, is not framed and is not kept; the files of the pages are kept`() async throws
  {
    try await PlatformUnderTest.run { platform in
      let admin = try await PageVisitor.signedIn(platform, .admin)
      for route in ConsolePages.routes where route.verb == "GET" && route.path != "/events" {
        let reply = try await admin.get(path(route))
        let policy = reply.field("Content-Security-Policy") ?? ""
        #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(route.path)")
        #expect(!policy.contains("unsafe"), "\(route.path)")
        #expect(reply.field("X-Frame-Options") == "DENY", "\(route.path)")
        #expect(reply.field("X-Content-Type-Options") == "nosniff", "\(route.path)")
        #expect(reply.field("Cache-Control") == "no-store", "\(route.path)")
        #expect(reply.field("Referrer-Policy") == "same-origin", "\(route.path)")
      }
      for asset in PageAsset.all {
        let reply = try await PageVisitor(platform).get(asset.path)
        #expect(reply.status == 200 && reply.body == asset.bytes)
        #expect(reply.field("Cache-Control")?.contains("immutable") == true)
        #expect(reply.field("Set-Cookie") == nil)
      }
    }
  }

  @Test func `The first page leads to the pages, and an unknown one is a page too`() async throws {
    try await PlatformUnderTest.run { platform in
      let first = try await platform.send([], "GET", "/", nil)
      #expect(first.status == 303 && first.field("Location") == "/console")
      let unknown = try await PageVisitor(platform).get("/no/such/page")
      #expect(unknown.status == 404 && unknown.text.contains("<html"))
    }
  }

  @Test func `The cookie is for this host and TLS alone if a proxy received the request over TLS`() async throws {
    let range = try #require(NetworkRange("127.0.0.0/8"))
    try await PlatformUnderTest.run(forwarded: ForwardedClients(proxies: [range])) { platform in
      let secure = PageVisitor(platform, fields: ["X-Forwarded-Proto: https", "X-Forwarded-For: 192.0.2.7"])
      let cookie = try #require(try await secure.get("/sign-in").field("Set-Cookie"))
      #expect(cookie.hasPrefix("__Host-asvin="))
      for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] { #expect(cookie.contains(part), "\(cookie)") }
      let plain = PageVisitor(platform)
      let other = try #require(try await plain.get("/sign-in").field("Set-Cookie"))
      #expect(other.hasPrefix("asvin=") && !other.contains("Secure"))
    }
    // Anybody can write the field; only a proxy is believed.
    try await PlatformUnderTest.run { platform in
      let visitor = PageVisitor(platform, fields: ["X-Forwarded-Proto: https"])
      let cookie = try #require(try await visitor.get("/sign-in").field("Set-Cookie"))
      #expect(cookie.hasPrefix("asvin="))
    }
  }
}
