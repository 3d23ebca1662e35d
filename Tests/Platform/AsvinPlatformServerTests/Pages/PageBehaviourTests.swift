import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

@testable import AsvinPlatformServer

@Suite("The pages at work", .usesScratch) struct PageBehaviourTests {
  @Test(arguments: [
    "/account/audit?before=-9223372036854775808", "/account/audit?before=9223372036854775807",
    "/account/audit?before=0",
    "/account/audit?before=x", "/devices?quiet=9223372036854775807", "/devices?quiet=-1", "/?done=tag&number=-1",
    "/?done=tag&number=99999999999999999999", "/?done=%00", "/groups?done=saved&number=1",
    "/rollouts/new?group=0&firmware=-1",
    "/devices?columns=,,,x", "/account/tokens?after=0",
  ])
  func `A number or a text in an address that nobody wrote is not a fault of the server`(path: String) async throws {
    try await PlatformUnderTest.run { platform in
      let viewer = try await PageVisitor.signedIn(platform, .admin)
      let reply = try await viewer.get(path.hasPrefix("/?") ? String(path.dropFirst()) : path)
      #expect(reply.status == 200 || reply.status == 400, "\(reply.status)")
      #expect(reply.text.contains("</html>"))
      #expect(try await viewer.get("/devices").status == 200)
    }
  }

  @Test func `A version with a plus is found by the link of its page`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await PageVisitor.signedIn(platform, .admin)
      try await platform.store.write(in: platform.workspace.id) { rows in
        for (name, version) in [("plus", "1.2.0+7"), ("space", "1.2.0 7")] {
          _ = try rows.add(
            Device(
              id: ID(0), name: try #require(DeviceName(name)), label: "", firmwareVersion: version,
              registered: Instant(1), seen: Instant(1)))
        }
      }
      let plus = try await admin.get("/devices?version=\("1.2.0+7".percentEncoded)").text
      #expect(plus.contains(">plus</a>") && !plus.contains(">space</a>"))
      let space = try await admin.get("/devices?version=1.2.0+7").text
      #expect(space.contains(">space</a>") && !space.contains(">plus</a>"))
    }
  }

  @Test func `The link of the first start ends when a user is created in another way`() async throws {
    try await PlatformUnderTest.run { platform in
      // The server reports the link a moment after its port.
      while platform.firstStart() == nil { try await Task.sleep(for: .milliseconds(10)) }
      let link = try #require(platform.firstStart())
      let visitor = PageVisitor(platform)
      #expect(try await visitor.get(link).status == 200)
      _ = try await PageVisitor.signedIn(platform, .viewer)
      #expect(try await visitor.get(link).status == 410)
      let code = String(link.split(separator: "=")[1])
      let form = [
        ("code", code), ("email", "x@example.com"), ("password", PageVisitor.password),
        ("again", PageVisitor.password), ("workspace", "\(platform.workspace.id.value)"),
      ]
      #expect(try await visitor.post("/start", form).status == 410)
    }
  }

  @Test func `A user whose password came by a link after the plan does not approve it`() async throws {
    try await PlatformUnderTest.run { platform in
      let group = try await platform.store.write(in: platform.workspace.id) { rows in
        try rows.add(DeviceGroup(id: ID(0), name: "g"))
      }
      let firmware = try await platform.publish([1, 2, 3], version: "1")
      let before = try await PageVisitor.signedIn(platform, .operator, "before@example.com")
      platform.clock.now = Instant(platform.clock.now.seconds + 10)
      let admin = try await PageVisitor.signedIn(platform, .admin)
      let form = [
        ("name", "careful"), ("firmware", "\(firmware.id.value)"), ("group", "\(group.id.value)"),
        ("priority", "batch"),
        ("waves", "1, 10 %"), ("approval", "1"), ("when", "operator"), ("confirmed", "1"),
      ]
      let planned = try await admin.post("/rollouts/new", form)
      #expect(planned.status == 303, "\(planned.text)")
      platform.clock.now = Instant(platform.clock.now.seconds + 10)
      // The administrator makes a link for the other account and uses it.
      let path = try await Provisioning.inviteUser(
        "before@example.com", of: platform.workspace.id, in: platform.store, at: platform.clock.now)
      let thief = PageVisitor(platform)
      _ = try await thief.get(String(path.dropFirst(ConsolePages.root.count)))
      let code = String(path.split(separator: "=")[1])
      let password = "TEST-ONLY another sentence"
      #expect(
        try await thief.post("/welcome", [("code", code), ("password", password), ("again", password)]).status == 303)
      _ = try await thief.get("")
      let refused = try await thief.post("/rollouts/1/approve")
      #expect(refused.status == 403, "\(refused.text)")
      #expect(try await before.get("").status == 303, "the session of the user has ended")
      let phase = try await platform.store.read(in: platform.workspace.id) { try $0.rollout(ID(1))?.approvedBy }
      #expect(phase == nil)
    }
  }

  @Test(arguments: [
    ([("waves", "1, 101%")], "percentage above 100"), ([("waves", "1;x")], "waves"), ([("from", "22:00")], "Give both"),
    ([("failure", "0")], "give a number from 1 to 100"), ([("soak", "99999999999999999999")], "give a number"),
    ([("when", "time"), ("start", "")], "Give a start date."),
    ([("when", "time"), ("start", "2026-13-40T99:99")], "start date"),
    ([("firmware", "")], "Choose an update file."), ([("group", "")], "at least one device group"),
    ([("group", "4711")], "does not exist"), ([("name", "")], "Give the rollout a name."),
  ])
  func `A rollout with a wrong field is not planned, and the form keeps the others`(
    wrong: [(String, String)], text: String
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await PageVisitor.signedIn(platform, .admin)
      let group = try await platform.store.write(in: platform.workspace.id) { rows in
        try rows.add(DeviceGroup(id: ID(0), name: "g"))
      }
      let firmware = try await platform.publish([1, 2, 3], version: "1")
      let usual = [
        ("name", "my-name"), ("firmware", "\(firmware.id.value)"), ("group", "\(group.id.value)"),
        ("priority", "batch"),
        ("waves", "1"), ("when", "operator"), ("confirmed", "1"), ("retries", "7"),
      ]
      let form = usual.filter { field in !wrong.contains { $0.0 == field.0 } } + wrong
      let reply = try await admin.post("/rollouts/new", form)
      #expect((400..<500).contains(reply.status), "\(reply.status)")
      #expect(reply.text.contains(text), "\(reply.text.prefix(3000))")
      #expect(reply.text.contains("value=\"7\""))
      let phases = try await platform.store.read(in: platform.workspace.id) { try $0.phases() }
      #expect(phases.isEmpty)
    }
  }

  @Test func `A start time is that of the browser's zone`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await PageVisitor.signedIn(platform, .admin)
      let group = try await platform.store.write(in: platform.workspace.id) { rows in
        try rows.add(DeviceGroup(id: ID(0), name: "g"))
      }
      let firmware = try await platform.publish([1, 2, 3], version: "1")
      for (index, zone) in ["0", "120", "-330"].enumerated() {
        let reply = try await admin.post(
          "/rollouts/new",
          [
            ("name", "r"), ("firmware", "\(firmware.id.value)"), ("group", "\(group.id.value)"),
            ("priority", "immediately"), ("when", "time"), ("start", "2030-06-01T12:00"), ("zone", zone),
            ("confirmed", "1"),
          ])
        #expect(reply.status == 303, "\(reply.text)")
        let start = try await platform.store.read(in: platform.workspace.id) {
          try $0.rollout(ID(Int64(index + 1)))?.plan.start
        }
        #expect(start?.seconds == 1_906_545_600 - (Int64(zone) ?? 0) * 60, "\(zone)")
      }
    }
  }

  @Test func `A session has a share of the event streams, and an ended stream frees its place`() {
    let streams = ChangeStreams()
    let (one, two) = (AccessSecret.digest(of: "one"), AccessSecret.digest(of: "two"))
    var seats = (0..<ChangeStreams.mostOfSession).map { _ in streams.open(for: one) }
    #expect(!seats.contains { $0 == nil })
    #expect(streams.open(for: one) == nil)
    #expect(streams.open(for: two) != nil)
    seats.removeLast()
    #expect(streams.number == ChangeStreams.mostOfSession - 1)
    #expect(streams.open(for: one) != nil)
    seats = []
    #expect(streams.number == 0)
  }

  @Test func `Hostile names of devices, groups and rollouts are text on every page`() async throws {
    let hostile = "<img src=x onerror=alert(1)>\"\u{301} onfocus=x '{{t.page.save}}' \u{1F600}"
    try await PlatformUnderTest.run { platform in
      let admin = try await PageVisitor.signedIn(platform, .admin)
      let firmware = try await platform.publish([1, 2, 3], version: hostile)
      try await platform.store.write(in: platform.workspace.id) { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: hostile))
        var device = try rows.add(
          Device(
            id: ID(0), name: try #require(DeviceName("<img src=x onerror=alert(1)>")), label: hostile,
            firmwareVersion: hostile,
            registered: Instant(1), seen: Instant(1)))
        try rows.move(&device, to: .grouped(group.id))
        try rows.setAttributes([DeviceFilter.Attribute("a", hostile)], of: device.id)
        _ = try rows.plan(
          RolloutPlan(
            name: hostile, batch: nil, start: nil, groups: [group.id], firmware: firmware.id, maintainer: hostile))
      }
      for path in [
        "", "/devices", "/devices/1", "/devices/1/remove", "/groups", "/groups/1", "/firmware/groups/1", "/firmware/1",
        "/firmware/1/withdraw", "/rollouts", "/rollouts/1", "/rollouts/new", "/account/audit",
      ] {
        let reply = try await admin.get(path)
        #expect(reply.status == 200, "\(path)")
        let bytes = reply.body
        for part in ["<img src=x", "\"\u{301}", "'{{t.page"] {
          let wanted = Array(part.utf8)
          #expect(!bytes.indices.contains { bytes[$0...].starts(with: wanted) }, "\(path): \(part)")
        }
      }
    }
  }
}
