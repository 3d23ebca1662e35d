import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

@testable import AsvinPlatformServer

@Suite("Changes of many devices", .usesScratch) struct BulkTests {
  private static func withDevices(
    _ count: Int, _ body: @escaping @Sendable (PlatformUnderTest, String, ID<DeviceGroup>) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let group = try await platform.store.write(in: platform.workspace.id) { rows in
        for number in 0..<count {
          let name = try #require(DeviceName("gw-\(number)"))
          _ = try rows.register(name, label: nil, firmwareVersion: "1.\(number % 2)", at: Instant(0))
        }
        return try rows.add(DeviceGroup(id: ID(0), name: "kitchens")).id
      }
      try await body(platform, try await platform.access(.operator), group)
    }
  }

  private static func change(
    _ request: BulkRequest, _ platform: PlatformUnderTest, _ token: String
  ) async throws -> (status: Int, reply: BulkReply?) {
    let reply = try await platform.call("POST", "/manage/device-changes", token, request)
    return (reply.status, reply.status == 200 ? try reply.message() : nil)
  }

  @Test func `Devices are counted first, and changed only if their number is still the same`() async throws {
    try await Self.withDevices(250) { platform, token, group in
      var lobby = DeviceSelection()
      (lobby.placement, lobby.version) = (.lobby, "1.0")
      var request = BulkRequest(.place, of: lobby)
      (request.placement, request.group) = (.grouped, group.value)
      #expect(try await Self.change(request, platform, token).reply == BulkReply(devices: 125, changed: 0))
      request.expected = 124
      #expect(try await Self.change(request, platform, token).status == 409)
      request.expected = 125
      #expect(try await Self.change(request, platform, token).reply == BulkReply(devices: 125, changed: 125))
      request.expected = 0
      #expect(try await Self.change(request, platform, token).reply == BulkReply(devices: 0, changed: 0))
      let members = try await platform.store.read(in: platform.workspace.id) { try $0.deviceGroup(group)?.members }
      #expect(members == 125)
      var grouped = DeviceSelection()
      grouped.group = group.value
      var tags = BulkRequest(.tag, of: grouped)
      (tags.addTags, tags.expected) = (["pilot"], 125)
      #expect(try await Self.change(tags, platform, token).reply?.changed == 125)
      #expect(try await Self.change(tags, platform, token).reply?.changed == 0)
      var tagged = DeviceSelection()
      tagged.tags = ["pilot"]
      var removal = BulkRequest(.remove, of: tagged)
      removal.expected = 125
      #expect(try await Self.change(removal, platform, token).reply?.changed == 125)
      let left = try await platform.store.read(in: platform.workspace.id) { rows in
        (try rows.count(of: DeviceFilter()), try rows.deviceGroup(group)?.members)
      }
      #expect(left == (125, 0))
    }
  }

  @Test func `A device that was not counted is not changed, even if the conditions hold for it by now`() async throws {
    try await PlatformUnderTest.run { platform in
      let counted = try await DeviceUnderTest.enrolled(on: platform, "counted")
      _ = try await DeviceUnderTest.enrolled(on: platform, "later")
      let now = platform.clock.now
      let done = try await platform.store.write(in: platform.workspace.id) { rows in
        try rows.apply(
          .remove, to: DeviceFilter(), among: [ID(counted.id)], after: nil, limit: 100, by: "admin", at: now
        ).changed
      }
      #expect(done == 1)
      #expect(try await platform.device("counted") == nil)
      #expect(try await platform.device("later") != nil)
    }
  }

  @Test func `A place without a placement is refused, and nothing is changed`() async throws {
    try await Self.withDevices(1) { platform, token, _ in
      var request = BulkRequest(.place, of: DeviceSelection())
      request.expected = 1
      let withoutPlacement = try await Self.change(request, platform, token)
      request.placement = .grouped
      let withoutGroup = try await Self.change(request, platform, token)
      #expect(withoutPlacement.status == 400 && withoutGroup.status == 400)
    }
  }

  @Test func `A new device is placed by the first rule that holds for it`() async throws {
    try await Self.withDevices(3) { platform, token, group in
      let other = try await platform.store.write(in: platform.workspace.id) { rows in
        try rows.add(DeviceGroup(id: ID(0), name: "cellars")).id
      }
      var (first, second) = (PlacementRuleMessage(group: other.value), PlacementRuleMessage(group: group.value))
      first.namePrefix = "GW-1"
      second.version = "1.0"
      let rules = PlacementRules(rules: [first, second])
      #expect(try await platform.call("PUT", "/manage/placement-rules", token, rules).status == 200)
      #expect(try await platform.call("GET", "/manage/placement-rules", token).message(PlacementRules.self) == rules)
      func register(_ name: String, _ version: String) async throws -> Device? {
        try await platform.store.write(in: platform.workspace.id) { rows in
          _ = try rows.register(
            try #require(DeviceName(name)), label: nil, firmwareVersion: version, at: platform.clock.now)
        }
        return try await platform.device(name)
      }
      #expect(try await register("gw-10", "1.0")?.group == other)
      #expect(try await register("pot", "1.0")?.group == group)
      #expect(try await register("pan", "2.0")?.placement == .lobby)
      #expect(try await platform.device("gw-1")?.placement == .lobby)
      var lobby = DeviceSelection()
      lobby.placement = .lobby
      var request = BulkRequest(.placeByRule, of: lobby)
      request.expected = 4
      #expect(try await Self.change(request, platform, token).reply == BulkReply(devices: 4, changed: 3))
      #expect(try await platform.device("gw-1")?.group == other)
      let admin = try await platform.access(.admin)
      let audit = try await platform.call("GET", "/manage/audit", admin).message(AuditList.self)
      #expect(audit.items.count { $0.subject.hasSuffix("by rule") } == 5)
      // A group that is deleted loses its rules.
      for name in ["gw-10", "gw-1"] {
        let id = try #require(try await platform.device(name)).id.value
        #expect(try await platform.call("DELETE", "/manage/devices/\(id)", admin).status == 204)
      }
      #expect(try await platform.call("DELETE", "/manage/device-groups/\(other.value)", admin).status == 204)
      let left = try await platform.call("GET", "/manage/placement-rules", admin).message(PlacementRules.self)
      #expect(left.rules == [second])
    }
  }
}
