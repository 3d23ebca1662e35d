import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinVerifier
import Testing

@testable import AsvinPlatformServer

@Suite("Lists of the management API", .usesScratch) struct ListRouteTests {
  private static func withDevices(
    _ body: @escaping @Sendable (PlatformUnderTest, String) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      for number in 1...7 {
        let name = try #require(DeviceName("gw-\(number)"))
        try await platform.store.write(in: platform.workspace.id) { rows in
          _ = try rows.register(
            name, label: "oven \(number % 2)", firmwareVersion: "1.\(number % 3)", at: Instant(Int64(number)))
        }
      }
      try await body(platform, try await platform.access(.admin))
    }
  }

  private static func devices(
    _ query: String, _ platform: PlatformUnderTest, _ token: String
  ) async throws -> DeviceList {
    let reply = try await platform.call("GET", "/manage/devices?\(query)", token)
    try #require(reply.status == 200, "\(reply.text)")
    return try reply.message()
  }

  @Test func `Devices are filtered, ordered and read page by page`() async throws {
    try await Self.withDevices { platform, admin in
      func names(_ query: String) async throws -> [String] {
        try await Self.devices(query, platform, admin).items.map(\.name)
      }
      #expect(try await names("version=1.0") == ["gw-3", "gw-6"])
      #expect(try await names("search=GW-5") == ["gw-5"])
      #expect(try await names("called=oven%201&sort=-seen") == ["gw-7", "gw-5", "gw-3", "gw-1"])
      #expect(try await names("seenSince=2&seenBefore=4") == ["gw-2", "gw-3"])
      #expect(try await names("placement=lobby&verifying=true").isEmpty)
      #expect(try await names("behind=true").isEmpty)
      var read: [String] = []
      var after: String?
      repeat {
        let page = try await Self.devices("sort=version&limit=3\(after.map { "&after=\($0)" } ?? "")", platform, admin)
        read += page.items.map(\.name)
        after = page.next
      } while after != nil
      #expect(read == ["gw-3", "gw-6", "gw-1", "gw-4", "gw-7", "gw-2", "gw-5"])
      let versions = try await platform.call("GET", "/manage/device-versions?called=oven%201", admin)
        .message(VersionList.self)
      #expect(versions.items.map { "\($0.version) \($0.devices)" } == ["1.0 1", "1.1 2", "1.2 1"])
    }
  }

  @Test(
    arguments: [
      "sort=members", "sort=", "limit=0", "limit=1001", "limit=x", "after=x", "after=1.n1", "after=1.t7",
      "placement=away",
      "class=x", "verifying=1", "seenSince=x", "group=0", "tag=a%20b", "attribute=x", "search=", "after=7&sort=label",
    ])
  func `A parameter that the document does not allow is refused`(query: String) async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.viewer)
      let status = try await platform.call("GET", "/manage/devices?\(query)", admin).status
      // A place of another order is a text that the document allows, and means nothing in the order of ids.
      #expect(status == 400 || query == "after=1.n1" && status == 200)
    }
  }

  @Test func `Labels, tags and what devices report are changed, found and recorded`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let (admin, token) = (try await platform.access(.admin), try await device.token())
      let report = AttributeReport(attributes: [.init(name: "board", value: "rev c")])
      let own = "/v2/devices/\(device.id)/attributes"
      #expect(try await platform.call("PUT", own, token, report).status == 204)
      let twice = AttributeReport(attributes: report.attributes + report.attributes)
      #expect(try await platform.call("PUT", own, token, twice).status == 400)
      let path = "/manage/devices/\(device.id)"
      let change = DeviceChange(label: "Küche", addTags: ["north", "pilot"])
      let changed = try await platform.call("PATCH", path, admin, change).message(DeviceReply.self)
      #expect(changed.label == "Küche" && changed.tags == ["north", "pilot"])
      #expect(changed.attributes == report.attributes)
      _ = try await platform.call("PATCH", path, admin, DeviceChange(removeTags: ["pilot"]))
      for (query, isFound) in [
        ("tag=north", true), ("tag=pilot", false), ("attribute=board=rev%20c", true), ("attribute=board=", false),
        ("search=k%C3%BC", true),
      ] {
        #expect(try await Self.devices(query, platform, admin).items.isEmpty != isFound, "\(query)")
      }
      let many = DeviceChange(addTags: (0..<32).map { "t\($0)" })
      #expect(try await platform.call("PATCH", path, admin, many).status == 409)
      let audit = try await platform.call("GET", "/manage/audit", admin).message(AuditList.self).items
      #expect(audit.suffix(3).map(\.action) == ["device.label", "device.tag", "device.tag"])
      #expect(audit.last?.subject == "device \(device.id): -pilot")
    }
  }

  @Test func `A device's history has the rollouts, the failures and the end of the log`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "1.0.0").bytes
      let rollout = try await platform.rollOut(try await platform.publish(bundle: bundle))
      let token = try await device.token()
      #expect(try await device.next().status == 200)
      let event = DeviceEventRequest(
        event: .failed, reason: Int(Reason.imageTooLarge.rawValue), message: "slot 1 \u{1B}[2J is full",
        log: "one\u{7}\ntwo")
      let events = "/v2/devices/\(device.id)/rollouts/\(rollout.id)/events"
      #expect(try await platform.call("POST", events, token, event).status == 200)
      let admin = try await platform.access(.viewer)
      let history = try await platform.call("GET", "/manage/devices/\(device.id)/history?limit=1", admin)
        .message(HistoryList.self)
      let entry = try #require(history.items.first)
      #expect(entry.rollout == rollout.id && entry.version == "1.0.0" && entry.failures == 1)
      #expect(
        entry.message == "slot 1 [2J is full" && entry.log == "one\ntwo"
          && entry.reasonName == "\(Reason.imageTooLarge.name)")
      let rest = try await platform.call("GET", "/manage/devices/\(device.id)/history?after=\(rollout.id)", admin)
        .message(HistoryList.self)
      #expect(rest.items.isEmpty && rest.next == nil)
    }
  }

  @Test func `A damaged row is named, and the others of its list are shown`() async throws {
    try await Self.withDevices { platform, admin in
      try await platform.group("gw-1")
      let (first, second) = (
        try await platform.publish([1], version: "1"), try await platform.publish([2], version: "2")
      )
      let rollouts = [try await platform.rollOut(first), try await platform.rollOut(second)]
      try await Database.change(
        platform.scratch.path("platform.sqlite"),
        [
          "UPDATE rollout SET phase = 99 WHERE id = \(rollouts[0].id.value)",
          "UPDATE firmware SET md5 = x'00' WHERE id = \(second.id.value)",
          "UPDATE device SET placement = 77 WHERE name = 'gw-2'",
        ])
      let firmware = try await platform.call("GET", "/manage/firmware", admin).message(FirmwareList.self)
      #expect(firmware.items.map(\.id) == [first.id.value] && firmware.damaged == [second.id.value])
      let list = try await platform.call("GET", "/manage/rollouts", admin).message(RolloutList.self)
      #expect(list.items.isEmpty && list.damaged == rollouts.map(\.id.value))
      let devices = try await Self.devices("limit=3", platform, admin)
      #expect(devices.items.map(\.name) == ["gw-1", "gw-3"] && devices.damaged?.count == 1 && devices.next == "3")
      let reports = try await platform.call(
        "GET", "/api/device", fields: ["x-access-token: \(try await platform.token())"])
      #expect(reports.status == 200 && reports.text.contains("gw-7"))
    }
  }

  @Test func `A list by the last contact has contacts of the last seconds`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let (first, second) = (
        try await DeviceUnderTest.enrolled(on: platform, "first"),
        try await DeviceUnderTest.enrolled(on: platform, "second")
      )
      let start = platform.clock.now.seconds
      for device in [second, first] {
        platform.clock.now.seconds += 100
        #expect(try await device.next([1]).status == 204)
      }
      func names(_ query: String) async throws -> [String] {
        try await platform.call("GET", "/manage/devices?\(query)", admin).message(DeviceList.self).items.map(\.name)
      }
      #expect(try await names("sort=seen") == ["second", "first"])
      #expect(try await names("seenSince=\(start + 150)") == ["first"])
      #expect(try await names("seenBefore=\(start + 150)") == ["second"])
    }
  }

  @Test func `Tokens, enrolment tokens and accounts are listed in pages`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      for name in ["a", "b", "c"] {
        let token = TokenRequest(name: name, role: .viewer)
        #expect(try await platform.call("POST", "/manage/tokens", admin, token).status == 201)
        let enrolling = EnrolmentTokenRequest(name: name)
        #expect(try await platform.call("POST", "/manage/enrolment-tokens", admin, enrolling).status == 201)
        let account = AccountRequest(email: "\(name)@x.example", password: "a long password")
        #expect(try await platform.call("POST", "/manage/accounts", admin, account).status == 201)
      }
      let tokens = try await platform.call("GET", "/manage/tokens?sort=name&limit=2", admin).message(TokenList.self)
      #expect(tokens.items.count == 2 && tokens.next != nil)
      let enrolling = try await platform.call("GET", "/manage/enrolment-tokens?limit=2", admin)
        .message(EnrolmentTokenList.self)
      let next = try #require(enrolling.next)
      let rest = try await platform.call("GET", "/manage/enrolment-tokens?limit=2&after=\(next)", admin)
        .message(EnrolmentTokenList.self)
      #expect((enrolling.items + rest.items).map(\.name) == ["a", "b", "c"] && rest.next == nil)
      let accounts = try await platform.call("GET", "/manage/accounts?limit=2", admin).message(AccountList.self)
      #expect(accounts.items.map(\.email) == ["a@x.example", "b@x.example"])
      let others = try await platform.call("GET", "/manage/accounts?after=\(accounts.next ?? "")", admin)
        .message(AccountList.self)
      #expect(others.items.map(\.email) == ["c@x.example"] && others.next == nil)
    }
  }

  @Test func `An administrator creates, changes and removes accounts, and nobody else does`() async throws {
    try await PlatformUnderTest.run { platform in
      let (admin, other) = (try await platform.access(.admin), try await platform.access(.operator))
      var account = AccountRequest(email: "A@x.example", password: "a long password")
      #expect(try await platform.call("POST", "/manage/accounts", other, account).status == 403)
      #expect(try await platform.call("POST", "/manage/accounts", admin, account).status == 201)
      #expect(try await platform.call("POST", "/manage/accounts", admin, account).status == 409)
      (account.password, account.replace) = ("another password", true)
      #expect(try await platform.call("POST", "/manage/accounts", admin, account).status == 200)
      let known = try await platform.store.account("a@x.example")
      #expect(known?.account.isPassword("another password") == true)
      #expect(
        try await platform.call(
          "POST", "/manage/accounts", admin, AccountRequest(email: "xxx", password: "a long password")
        ).status == 400)
      #expect(try await platform.call("DELETE", "/manage/accounts?email=a%40x.example", admin).status == 204)
      #expect(try await platform.call("DELETE", "/manage/accounts?email=a%40x.example", admin).status == 404)
      #expect(try await platform.call("DELETE", "/manage/accounts", admin).status == 400)
      #expect(try await platform.call("POST", "/manage/accounts", admin, account).status == 404)
    }
  }
}
