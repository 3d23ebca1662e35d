import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import FoundationEssentials
import Testing

// Threat T22.
@Suite("Enrolment tokens", .usesScratch) struct EnrolmentTokenTests {
  /// Creates a token as an administrator does.
  static func make(
    on platform: PlatformUnderTest, _ name: String = "batch", days: Int? = nil, uses: Int? = nil, group: Int64? = nil
  ) async throws -> EnrolmentTokenReply {
    let reply = try await platform.call(
      "POST", "/manage/enrolment-tokens", platform.access(.admin),
      EnrolmentTokenRequest(name: name, days: days, uses: uses, group: group))
    try #require(reply.status == 201, "\(reply.text)")
    return try reply.message()
  }

  static func token(on platform: PlatformUnderTest) async throws -> String {
    try #require(try await make(on: platform, "token \(UInt64.random(in: 0 ... .max))").token)
  }

  static func enrol(
    _ name: String, _ key: PrivateKey, _ token: String, on platform: PlatformUnderTest
  ) async throws -> RawReply {
    let challenge = try await platform.call("POST", "/v2/enrolment-challenges", token)
    guard challenge.status == 201 else { return challenge }
    let request = try DeviceUnderTest.request(name, key, challenge.message(EnrolmentChallenge.self))
    return try await platform.call("POST", "/v2/devices", token, request)
  }

  /// Enrols a microcontroller by the two parts of a token.
  private static func prove(
    _ name: String, _ token: EnrolmentTokenReply, on platform: PlatformUnderTest
  ) async throws -> Int {
    let workspace = SharedKeyDevice(
      platform: platform, name: token.handle, key: Array(try #require(token.proofKey).utf8))
    let body = try CompactMessage.bytes(of: SharedKeyDevice.request(name, SharedKeyDevice.key())) ?? []
    let proof = try await workspace.proof("POST", "/v2/enrolments", body, nonce: workspace.nonce(), owner: .workspace)
    return try await workspace.send("POST", "/v2/enrolments", body, proof).status
  }

  @Test func `A token enrols as many devices as it may, into its group, and an enrolled device again`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.call("POST", "/manage/device-groups", admin, DeviceGroupRequest(name: "g"))
        .message(DeviceGroupReply.self)
      let made = try await Self.make(on: platform, uses: 2, group: group.id)
      let secret = try #require(made.token)
      let key = try PrivateKey.generate(.ed25519)
      let first = try await Self.enrol("one", key, secret, on: platform)
      #expect(try first.status == 201 && first.message(EnrolmentReply.self).placement == .grouped)
      #expect(try await Self.enrol("one", key, secret, on: platform).status == 200, "its reply may have been lost")
      #expect(try await Self.enrol("one", PrivateKey.generate(.ed25519), secret, on: platform).status == 409)
      #expect(try await Self.prove("sensor", made, on: platform) == 201)
      let third = try await Self.enrol("three", PrivateKey.generate(.ed25519), secret, on: platform)
      #expect(third.status == 403 && third.text.contains("as many devices as it may"))
      #expect(try await Self.enrol("one", key, secret, on: platform).status == 200)
      #expect(try await platform.device("sensor")?.group?.value == group.id)
      let list = try await platform.call("GET", "/manage/enrolment-tokens", admin)
      let proofKey = try #require(made.proofKey)
      #expect(!list.text.contains(secret) && !list.text.contains(proofKey))
      #expect(try list.message(EnrolmentTokenList.self).items.map(\.uses) == [2])
      let log = try await platform.call("GET", "/manage/audit", admin)
      let actors = try log.message(AuditList.self).items.filter { $0.action == "device.enrol" }.map(\.actor)
      #expect(actors == ["enrolment token \(made.id)", "enrolment token \(made.id)"])
      #expect(!log.text.contains(secret))
    }
  }

  @Test func `Of many devices that enrol at once, a token enrols as many as it may`() async throws {
    try await PlatformUnderTest.run { platform in
      let secret = try #require(try await Self.make(on: platform, uses: 3).token)
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<12 {
          group.addTask {
            try await Self.enrol("d\(number)", PrivateKey.generate(.ed25519), secret, on: platform).status
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.filter { $0 == 201 }.count == 3 && statuses.filter { $0 == 403 }.count == 9)
      let devices = try await platform.store.read(in: platform.workspace.id) { try $0.devices(Listing()).items }
      #expect(devices.count == 3)
    }
  }

  @Test func `A token that is expired, revoked, cut or of another workspace is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let made = try await Self.make(on: platform, days: 1)
      let (secret, key) = (try #require(made.token), try PrivateKey.generate(.ed25519))
      platform.clock.now.seconds += 86_399
      #expect(try await Self.enrol("one", key, secret, on: platform).status == 201)
      platform.clock.now.seconds += 1
      #expect(try await Self.enrol("one", key, secret, on: platform).status == 401)
      #expect(try await Self.prove("sensor", made, on: platform) == 401)
      // A clock that was set ahead has destroyed nothing.
      platform.clock.now.seconds -= 2
      #expect(try await Self.prove("sensor", made, on: platform) == 201)
      for wrong in [
        String(secret.dropLast()), String(secret.dropLast()) + (secret.last == "0" ? "1" : "0"), secret + "_",
      ] {
        #expect(try await Self.enrol("two", key, wrong, on: platform).status == 401)
      }
      var foreign = made
      foreign.proofKey = try await Self.make(on: platform, "other").proofKey
      #expect(try await Self.prove("two", foreign, on: platform) == 401)
      let admin = try await platform.access(.admin)
      #expect(try await platform.call("DELETE", "/manage/enrolment-tokens/\(made.id)", admin).status == 204)
      #expect(try await Self.enrol("one", key, secret, on: platform).status == 401)
      #expect(try await Self.prove("sensor", made, on: platform) == 401)
    }
  }

  @Test func `An operator lets a device replace a lost key once, and no other device`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      _ = try await DeviceUnderTest.enrolled(on: platform, "other")
      let made = try await platform.call(
        "POST", "/manage/devices/\(device.id)/rekey", platform.access(.operator)
      ).message(EnrolmentTokenReply.self)
      let secret = try #require(made.token)
      let key = try PrivateKey.generate(.ed25519)
      for name in ["other", "new"] {
        let reply = try await Self.enrol(name, key, secret, on: platform)
        #expect(reply.status == 403 && reply.text.contains("for another device"))
      }
      let session = try await device.token()
      let reply = try await Self.enrol("GATEWAY", key, secret, on: platform)
      let known = try reply.message(EnrolmentReply.self)
      #expect(reply.status == 200 && known.device == device.id && known.placement == .grouped)
      let old = try await platform.call(
        "POST", "/v2/login", nil, device.loginRequest(nonce: try await device.nonce()))
      #expect(old.status == 401, "the old key is refused")
      let query = UpdateQuery(version: "1.0", images: [], features: 0, memory: 0)
      let ended = try await platform.call("POST", "/v2/devices/\(device.id)/next", session, query)
      #expect(ended.status == 401, "and so are the sessions that it began")
      let new = try await platform.call(
        "POST", "/v2/login", nil, device.loginRequest(nonce: try await device.nonce(), key: key))
      #expect(new.status == 200)
      #expect(try await Self.enrol("gateway", PrivateKey.generate(.ed25519), secret, on: platform).status == 403)
      let log = try await platform.store.read(in: platform.workspace.id) { try $0.auditEntries(after: 0, limit: 99) }
      #expect(log.contains { $0.action == "device.key" && $0.actor == "enrolment token \(made.id)" })
      // The token ends with its device.
      let admin = try await platform.access(.admin)
      #expect(try await platform.call("DELETE", "/manage/devices/\(device.id)", admin).status == 204)
      #expect(try await Self.enrol("gateway", key, secret, on: platform).status == 401)
    }
  }

  @Test func `The group of a token comes before a rule, and that of the list of expected devices before both`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      var groups: [Int64] = []
      for name in ["rule", "token", "list"] {
        let made = try await platform.call("POST", "/manage/device-groups", admin, DeviceGroupRequest(name: name))
        groups.append(try made.message(DeviceGroupReply.self).id)
      }
      let rules = PlacementRules(rules: [PlacementRuleMessage(group: groups[0])])
      #expect(try await platform.call("PUT", "/manage/placement-rules", admin, rules).status == 200)
      let expected = ExpectedDevicesRequest(devices: [
        ExpectedDeviceRequest(name: "listed", group: groups[2]), ExpectedDeviceRequest(name: "named"),
      ])
      for _ in 0..<2 {
        #expect(
          try await platform.call("POST", "/manage/expected-devices", admin, expected).status == 201, "sent twice")
      }
      let token = try #require(try await Self.make(on: platform, group: groups[1]).token)
      for (name, group) in [("plain", groups[1]), ("listed", groups[2]), ("named", groups[1])] {
        #expect(try await Self.enrol(name, PrivateKey.generate(.ed25519), token, on: platform).status == 201)
        #expect(try await platform.device(name)?.group?.value == group, "\(name)")
      }
      let other = try #require(try await Self.make(on: platform, "without a group").token)
      #expect(try await Self.enrol("last", PrivateKey.generate(.ed25519), other, on: platform).status == 201)
      #expect(try await platform.device("last")?.group?.value == groups[0])
    }
  }

  @Test func `With the clients' API off, asvin's clients are refused and devices with a key of their own work`()
    async throws
  {
    try await UpdateTests.rolledOut { platform, device, firmware, _ in
      let (admin, token) = (try await platform.access(.admin), try await platform.token())
      func set(_ clients: Bool, _ enrolment: Bool) async throws {
        let body = SettingsChange(asvinClients: clients, customerKeyEnrolment: enrolment)
        #expect(try await platform.call("PUT", "/manage/settings", admin, body).status == 200)
      }
      let (esp, postman) = (ESPClient(chip: .esp32, mac: "AA"), PostmanClient())
      let register = esp.post("/api/device/register", #"{"mac":"AA","firmware_version":"1"}"#, token: token)
      let keys = #""mac":"AA","firmware_version":"1""#
      #expect(try await platform.ask(register).status == 200)
      try await set(false, true)
      for request in [
        register, postman.send("GET", "/api/device/", token: token), postman.send("GET", "/firmware/1", token: token),
        postman.send("GET", "/api/report/csv", token: token),
        LoadGenerator(mac: "AA").post("/api/device/next/rollout", keys),
      ] {
        let reply = try await platform.ask(request)
        #expect(reply.status == 403 && reply.text.contains("is switched off in this workspace"), "\(reply.text)")
      }
      #expect(try await device.next([1]).status == 200)
      let key = try PrivateKey.generate(.ed25519)
      #expect(try await Self.enrol("two", key, token, on: platform).status == 201, "its enrolment is another switch")
      try await set(false, false)
      #expect(try await Self.enrol("four", PrivateKey.generate(.ed25519), token, on: platform).status == 403)
      #expect(try await Self.enrol("two", key, token, on: platform).status == 200, "it is enrolled with this key")
      let login = ClientRequests.loginBody(platform.clock.now.seconds)
      let loggedIn = try await platform.ask(ESPClient(chip: .esp8266, mac: "").post("/auth/login", login))
      let given = try #require(loggedIn.json["token"])
      let next = esp.post("/api/device/next/rollout", #"{"mac":"AA","firmware_version":"1"}"#, token: given)
      #expect(try await platform.ask(next).status == 403, "a login permits nothing by itself")
      let enrolling = try await Self.token(on: platform)
      #expect(try await Self.enrol("three", PrivateKey.generate(.ed25519), enrolling, on: platform).status == 201)
      #expect(try await device.next([1]).status == 200)
      try await set(true, true)
      #expect(try await platform.ask(register).status == 200)
      let log = try await platform.call("GET", "/manage/audit", admin).message(AuditList.self)
      #expect(
        log.items.filter { $0.action == "workspace.settings" }.map {
          $0.details.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        } == [
          "asvin-clients off, customer-key-enrolment on, approval off",
          "asvin-clients off, customer-key-enrolment off, approval off",
          "asvin-clients on, customer-key-enrolment on, approval off",
        ])
    }
  }
}
