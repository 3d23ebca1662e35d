import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinPlatformStore
import Testing

@testable import AsvinPlatformServer

@Suite("Permissions", .usesScratch) struct AccessTests {
  /// Returns the path of a route with ids in place of its parameters.
  static func path(_ route: Route, _ ids: [String: String]) -> String {
    route.path.split(separator: "/").map { part in
      part.first == "{" ? ids[String(part.dropFirst().dropLast())] ?? "1" : String(part)
    }.reduce("") { "\($0)/\($1)" }
  }

  @Test func `Requests without a valid token are refused on every route`() async throws {
    try await PlatformUnderTest.run { platform in
      let expired = try await platform.access(.admin, expires: platform.clock.now)
      for route in RouteTable.all {
        if case .open = route.access { continue }
        for token in [nil, "", "x", "asvin_0", expired] {
          let reply = try await platform.call(route.verb, Self.path(route, [:]), token)
          #expect(reply.status == 401, "\(route.method) \(route.path)")
        }
      }
    }
  }

  @Test func `A role allows its permissions and no others`() async throws {
    try await PlatformUnderTest.run { platform in
      for role in Role.allCases {
        for route in RouteTable.all {
          guard case .person(let permission) = route.access else { continue }
          let token = try await platform.access(role)
          let reply = try await platform.call(route.verb, Self.path(route, [:]), token)
          #expect((reply.status == 403) == !role.may(permission), "\(role) \(route.method) \(route.path)")
        }
      }
    }
  }

  @Test func `A token of one kind is refused where another kind is required`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let tokens = [
        "workspace": try await platform.token(), "device": try await device.token(),
        "enrolment": try await EnrolmentTokenTests.token(on: platform),
        "person": try await platform.access(.admin),
      ]
      for route in RouteTable.all {
        let kind: String
        switch route.access {
        case .open: continue
        case .workspace: kind = "workspace"
        case .device: kind = "device"
        case .person: kind = "person"
        }
        for (other, token) in tokens where other != kind && (other, kind) != ("enrolment", "workspace") {
          let reply = try await platform.call(route.verb, Self.path(route, [:]), token)
          #expect(reply.status == 401, "\(other): \(route.method) \(route.path)")
        }
      }
      let old = try await platform.ask(
        ESPClient(chip: .esp32, mac: "AA").post(
          "/api/device/register", #"{"mac":"AA","firmware_version":"1"}"#, token: tokens["device"]))
      #expect(old.status == 401)
    }
  }

  /// The entities of another workspace, by the names of path parameters.
  struct Foreign {
    let ids: [String: Int64]
    let release: String

    init(on platform: PlatformUnderTest) async throws {
      let theirs = try await platform.store.add(
        Workspace(id: ID(0), name: "theirs", customerKey: "theirs", deviceKeys: ["their-key"]))
      let other = PlatformUnderTest(
        port: platform.port, store: platform.store, objects: platform.objects, workspace: theirs, clock: platform.clock,
        scratch: platform.scratch)
      let device = try await DeviceUnderTest.enrolled(on: other, customerKey: "theirs", deviceKey: "their-key")
      try await other.group(device.name)
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "1.0.0").bytes
      let firmware = try await other.publish(bundle: bundle)
      let rollout = try await other.rollOut(firmware)
      _ = try await device.next()
      let admin = try await other.access(.admin)
      let upload = try await other.call(
        "POST", "/manage/uploads", admin,
        UploadRequest(fileGroup: firmware.fileGroup, size: 5, digest: TestBundles.digest([1]))
      ).message(UploadReply.self)
      let token = try await other.call("POST", "/manage/tokens", admin, TokenRequest(name: "t", role: .viewer))
        .message(TokenReply.self)
      let user = try await other.call(
        "POST", "/manage/users", admin, UserRequest(email: "theirs@example.com", role: .viewer)
      ).message(UserReply.self)
      let enrolment = try await other.call(
        "POST", "/manage/enrolment-tokens", admin, EnrolmentTokenRequest(name: "e")
      ).message(EnrolmentTokenReply.self)
      let expected = try await other.call(
        "POST", "/manage/expected-devices", admin, ExpectedDevicesRequest(devices: [ExpectedDeviceRequest(name: "x")])
      ).message(ExpectedDeviceList.self)
      let webhook = try await other.store.write(in: theirs.id) { rows in
        try rows.add(
          Webhook(
            id: ID(0), address: "https://receiver.example/", kinds: [], secret: .init(), created: other.clock.now,
            creator: "x", delivered: 0))
      }
      ids = [
        "webhook": webhook.id.value, "expectedDevice": try #require(expected.items.first).id,
        "enrolmentToken": enrolment.id, "device": device.id,
        "deviceGroup": try #require(rollout.groups.first),
        "fileGroup": firmware.fileGroup,
        "firmware": firmware.id, "rollout": rollout.id, "upload": try #require(upload.upload), "token": token.id,
        "user": user.id,
      ]
      release = try #require(firmware.release)
    }
  }

  @Test func `Ids of another workspace are not found in the path of any route`() async throws {
    try await PlatformUnderTest.run { platform in
      let foreign = try await Foreign(on: platform)
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let (admin, deviceToken) = (try await platform.access(.admin), try await device.token())
      var tried = 0
      for route in RouteTable.all where !route.parameters.isEmpty {
        let isDevice = if case .device = route.access { true } else { false }
        let token = isDevice ? deviceToken : admin
        // Each parameter in turn has a foreign id. The others have ids of the own workspace if there are any.
        for name in route.parameters where name != "payload" {
          var ids = ["payload": "0", "release": foreign.release]
          if isDevice { ids["device"] = "\(device.id)" }
          ids[name] = name == "release" ? foreign.release : "\(try #require(foreign.ids[name]))"
          let reply = try await platform.call(
            route.verb, Self.path(route, ids), token, Self.body(of: route))
          #expect(reply.status == 404 || reply.status == 403, "\(route.method) \(route.path) \(name): \(reply.text)")
          tried += 1
        }
      }
      #expect(tried > 20)
    }
  }

  @Test func `Ids of another workspace are not found in a body`() async throws {
    try await PlatformUnderTest.run { platform in
      let foreign = try await Foreign(on: platform)
      let ids = foreign.ids
      let admin = try await platform.access(.admin)
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let group = try #require(try await platform.device(device.name)?.group).value
      let firmware = try await platform.publish([1, 2, 3], version: "1")
      let upload = UploadRequest(fileGroup: try #require(ids["fileGroup"]), size: 5, digest: TestBundles.digest([1]))
      var bulk = BulkRequest(.place, of: DeviceSelection())
      (bulk.placement, bulk.group, bulk.expected) = (.grouped, ids["deviceGroup"], 1)
      let rules = PlacementRules(rules: [PlacementRuleMessage(group: try #require(ids["deviceGroup"]))])
      let placement = PlacementRequest(placement: .grouped, group: ids["deviceGroup"])
      let foreignFirmware = RolloutRequest(
        name: "r", firmware: try #require(ids["firmware"]), groups: [group], priority: .immediately)
      let foreignGroup = RolloutRequest(
        name: "r", firmware: firmware.id.value, groups: [group, try #require(ids["deviceGroup"])],
        priority: .immediately)
      let replies = [
        try await platform.call("POST", "/manage/device-changes", admin, bulk),
        try await platform.call("PUT", "/manage/placement-rules", admin, rules),
        try await platform.call("POST", "/manage/uploads", admin, upload),
        try await platform.call(
          "POST", "/manage/enrolment-tokens", admin, EnrolmentTokenRequest(name: "e", group: ids["deviceGroup"])),
        try await platform.call("PUT", "/manage/devices/\(device.id)/placement", admin, placement),
        try await platform.call(
          "POST", "/manage/expected-devices", admin,
          ExpectedDevicesRequest(devices: [ExpectedDeviceRequest(name: "e", group: ids["deviceGroup"])])),
        try await platform.call("POST", "/manage/rollouts", admin, foreignFirmware),
        try await platform.call("POST", "/manage/rollouts", admin, foreignGroup),
      ]
      #expect(replies.allSatisfy { $0.status == 404 }, "\(replies.map(\.status))")
    }
  }

  /// Returns a valid body of a route.
  private static func body(of route: Route) -> (any Encodable)? {
    switch route.path {
    case "/manage/file-groups/{fileGroup}/trust": TrustChangeRequest()
    case "/manage/file-groups/{fileGroup}": FileGroupRequest(name: "x", trust: [])
    case "/manage/devices/{device}/placement": PlacementRequest(placement: .lobby)
    case "/manage/devices/{device}": DeviceChange(label: "x")
    case "/manage/device-groups/{deviceGroup}": DeviceGroupRequest(name: "x")
    case "/manage/firmware/{firmware}/promote": PromotionRequest(fileGroup: 1)
    case "/manage/users/{user}": UserChange(role: .viewer)
    case "/v2/devices/{device}/attributes": AttributeReport(attributes: [])
    case "/manage/rollouts/{rollout}/retry": RetryRequest()
    case "/v2/devices/{device}/next": UpdateQuery(version: "1", images: [])
    case "/v2/devices/{device}/rollouts/{rollout}/events": DeviceEventRequest(event: .confirmed)
    default: nil
    }
  }

  @Test func `Actions are recorded with their actors, and the log is intact`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "1.0.0").bytes
      let rollout = try await platform.rollOut(try await platform.publish(bundle: bundle))
      let admin = try await platform.access(.admin)
      _ = try await platform.call("POST", "/manage/rollouts/\(rollout.id)/pause", admin)
      let audit = try await platform.call("GET", "/manage/audit", admin).message(AuditList.self)
      #expect(audit.isIntact)
      #expect(
        audit.items.map(\.action) == [
          "device.enrol", "file-group.create", "upload.begin", "firmware.publish", "rollout.plan", "rollout.start",
          "rollout.pause",
        ])
      #expect(audit.items.last?.actor == admin)
      let page = try await platform.call("GET", "/manage/audit?after=2&limit=2", admin).message(AuditList.self)
      #expect(page.items.map(\.number) == [3, 4] && page.next == 4 && page.isIntact)
    }
  }
}
