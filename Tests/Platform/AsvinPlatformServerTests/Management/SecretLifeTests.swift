import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformServer
import FoundationEssentials
import Testing

// Threat T22.
@Suite("Lives of customer keys, tokens and accounts", .usesScratch) struct SecretLifeTests {
  private static func login(_ platform: PlatformUnderTest, _ customerKey: String) async throws -> Int {
    let (time, name) = (platform.clock.now.seconds, PlatformUnderTest.deviceKey)
    let code = MessageCode.code(of: Array("\(time)\(name)".utf8), key: Array(customerKey.utf8)).hexadecimal
    let body = #"{"device_key":"\#(name)","timestamp":\#(time),"device_signature":"\#(code)"}"#
    return try await platform.ask(ESPClient(chip: .esp32, mac: "").post("/auth/login", body)).status
  }

  /// Enrols a device by the proof of a customer key.
  private static func enrol(_ platform: PlatformUnderTest, _ customerKey: String) async throws -> Int {
    let workspace = SharedKeyDevice(
      platform: platform, name: PlatformUnderTest.deviceKey, key: Array(customerKey.utf8))
    let body = try CompactMessage.bytes(of: SharedKeyDevice.request("sensor", SharedKeyDevice.key())) ?? []
    let proof = try await workspace.proof("POST", "/v2/enrolments", body, nonce: workspace.nonce(), owner: .workspace)
    return try await workspace.send("POST", "/v2/enrolments", body, proof).status
  }

  @Test func `After a rotation both customer keys log in and enrol, until the old one expires`() async throws {
    try await PlatformUnderTest.run { platform in
      let key = try await Provisioning.rotateCustomerKey(
        to: nil, keepingOldFor: 1, of: platform.workspace.id, in: platform.store, at: platform.clock.now)
      let old = PlatformUnderTest.customerKey
      #expect(try await [Self.login(platform, old), Self.login(platform, key)] == [200, 200])
      #expect(try await [Self.enrol(platform, old), Self.enrol(platform, key)] == [201, 200])
      let plain = #"{"device_key":"\#(PlatformUnderTest.deviceKey)","customer_key":"\#(old)"}"#
      let esp = ESPClient(chip: .esp32, mac: "")
      #expect(try await platform.ask(esp.post("/auth/login", plain)).status == 200)
      platform.clock.now.seconds += 86_399
      #expect(try await Self.login(platform, old) == 200)
      platform.clock.now.seconds += 1
      #expect(try await [Self.login(platform, old), Self.login(platform, key)] == [401, 200])
      #expect(try await [Self.enrol(platform, old), Self.enrol(platform, key)] == [401, 200])
      #expect(try await platform.ask(esp.post("/auth/login", plain)).status == 401)
    }
  }

  @Test func `A customer key that leaked ends at once, and old keys can be ended early`() async throws {
    try await PlatformUnderTest.run { platform in
      let (store, workspace, now) = (platform.store, platform.workspace.id, platform.clock.now)
      let second = try await Provisioning.rotateCustomerKey(
        to: nil, keepingOldFor: 0, of: workspace, in: store, at: now)
      #expect(try await Self.login(platform, PlatformUnderTest.customerKey) == 401)
      let third = try await Provisioning.rotateCustomerKey(
        to: "the-third-key", keepingOldFor: 30, of: workspace, in: store, at: now)
      #expect(try await [Self.login(platform, second), Self.login(platform, third)] == [200, 200])
      #expect(try await Provisioning.endFormerKeys(of: workspace, in: store, at: now) == 1)
      #expect(try await [Self.login(platform, second), Self.login(platform, third)] == [401, 200])
      await #expect(throws: PlatformError.nameTaken(.customerKey)) {
        _ = try await Provisioning.rotateCustomerKey(to: third, keepingOldFor: 1, of: workspace, in: store, at: now)
      }
      let log = try await store.read(in: workspace) { try $0.auditEntries(after: 0, limit: 100) }
      let action = "workspace.customer-key-rotate"
      #expect(log.map(\.action) == [action, action, "workspace.former-keys-end"])
      #expect(!log.contains { $0.subject.contains(second) || $0.subject.contains(third) })
    }
  }

  @Test func `A workspace without an administrator's token gets one on the server's machine`() async throws {
    try await PlatformUnderTest.run { platform in
      let (store, workspace) = (platform.store, platform.workspace.id)
      let (token, secret) = try await Provisioning.makeToken(
        named: "recovery", .admin, days: 1, of: workspace, in: store, at: platform.clock.now)
      let who = try await platform.call("GET", "/manage/me", secret).message(WhoReply.self)
      #expect(who.name == "recovery" && who.role == .admin)
      platform.clock.now.seconds += 86_400
      #expect(try await platform.call("GET", "/manage/me", secret).status == 401)
      platform.clock.now.seconds -= 1
      #expect(try await platform.call("GET", "/manage/me", secret).status == 200)
      try await Provisioning.revokeToken(token.id, of: workspace, in: store, at: platform.clock.now)
      #expect(try await platform.call("GET", "/manage/me", secret).status == 401)
      await #expect(throws: PlatformError.notFound(.token)) {
        try await Provisioning.revokeToken(token.id, of: workspace, in: store, at: platform.clock.now)
      }
      let log = try await store.read(in: workspace) { try $0.auditEntries(after: 0, limit: 100) }
      #expect(log.map(\.action) == ["token.create", "token.delete"] && log.allSatisfy { $0.actor == "platform" })
      #expect(!log.contains { $0.subject.contains(secret) })
    }
  }

  @Test func `A token shows its last use to within an hour, and a secret is shown once`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let made = try await platform.call("POST", "/manage/tokens", admin, TokenRequest(name: "t", role: .viewer))
        .message(TokenReply.self)
      let secret = try #require(made.token)
      func used() async throws -> Int64? {
        let reply = try await platform.call("GET", "/manage/tokens", admin)
        #expect(!reply.text.contains(secret))
        return try reply.message(TokenList.self).items.first { $0.id == made.id }?.used
      }
      #expect(try await used() == nil)
      let start = platform.clock.now.seconds
      _ = try await platform.call("GET", "/manage/me", secret)
      platform.clock.now.seconds += 3599
      _ = try await platform.call("GET", "/manage/me", secret)
      #expect(try await used() == start)
      platform.clock.now.seconds += 1
      _ = try await platform.call("GET", "/manage/me", secret)
      #expect(try await used() == start + 3600)
    }
  }

  @Test func `The password of an account is replaced, and a removed account is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let (store, workspace, now) = (platform.store, platform.workspace.id, platform.clock.now)
      func login(_ password: String) async throws -> Int {
        let members = #""email": "me@b.example", "password": "\#(password)""#
        return try await platform.ask(LoadGenerator(mac: "AA").post("/auth/login", members, withKeys: false)).status
      }
      func set(_ password: String, isNew: Bool) async throws {
        _ = try await Provisioning.setAccount(
          "Me@b.example", password: password, isNew: isNew, of: workspace, in: store, at: now)
      }
      await #expect(throws: PlatformError.notFound(.account)) { try await set("correct horse", isNew: false) }
      try await set("correct horse", isNew: true)
      #expect(try await login("correct horse") == 200)
      try await set("battery staple", isNew: false)
      // The old password was verified before, and must not be remembered.
      #expect(try await [login("correct horse"), login("battery staple")] == [401, 200])
      try await Provisioning.removeAccount("ME@b.example", of: workspace, in: store, at: now)
      #expect(try await login("battery staple") == 401)
      let log = try await store.read(in: workspace) { try $0.auditEntries(after: 0, limit: 100) }
      #expect(log.map(\.action) == ["account.create", "account.password", "account.delete"])
    }
  }
}
