import AsvinCrypto
import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinPlatformStore
import FoundationEssentials
import Logging
import Testing

@testable import AsvinPlatformServer

@Suite("Operating rollouts", .usesScratch) struct RolloutOperationTests {
  private static func bundle(_ version: String, on platform: PlatformUnderTest) throws -> [UInt8] {
    try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(3000), version: version).bytes
  }

  private static func shown(_ rollout: Int64, on platform: PlatformUnderTest) async throws -> RolloutReply {
    try await platform.call("GET", "/manage/rollouts/\(rollout)", platform.access(.viewer)).message()
  }

  private static func group(_ name: String, on platform: PlatformUnderTest) async throws -> Int64 {
    try await platform.store.read(in: platform.workspace.id) { try #require(try $0.deviceGroup(named: name)).id.value }
  }

  @Test func `C14: a rollout that no device can use is refused with the number of devices`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      try await platform.store.write(in: platform.workspace.id) { rows in
        var known = try #require(try rows.device(ID(device.id)))
        try rows.move(&known, to: .ungrouped)
        known.deviceClass = TestBundles.vendor
        try rows.put(known)
        try rows.move(&known, to: .grouped(#require(try rows.deviceGroup(named: "devices")).id))
      }
      let firmware = try await platform.publish(bundle: Self.bundle("1.0.0", on: platform))
      let request = RolloutRequest(
        name: "r", firmware: firmware.id, groups: [try await Self.group("devices", on: platform)], priority: .batch)
      let reply = try await platform.call("POST", "/manage/rollouts", platform.access(.operator), request)
      #expect(reply.status == 409)
      #expect(try reply.message(Problem.self).message == "0 of 1 devices can use the firmware")
    }
  }

  @Test
  func `A rollout that waits because of a failure reports that, and can be resumed without a pause`() async throws {
    try await UpdateTests.rolledOut(batch: BatchMessage(waves: ["1"], endsWhenDone: false)) {
      platform, device, _, rollout in
      _ = try await device.next([1])
      _ = try await device.report(DeviceEventRequest(event: .failed, reason: 57), about: rollout.id)
      let waiting = try await Self.shown(rollout.id, on: platform)
      #expect(waiting.phase == .running && waiting.waits == "1 of 1 failed" && waiting.wave == 0)
      let resumed = try await platform.call(
        "POST", "/manage/rollouts/\(rollout.id)/resume", platform.access(.operator))
      #expect(resumed.status == 200)
      let after = try resumed.message(RolloutReply.self)
      #expect(after.waits == nil && after.wave == 0)
    }
  }

  @Test
  func `The plan of an immediate rollout lists the rollouts that it disables; the start disables and records them`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      for (name, group) in [("one", "devices"), ("two", "others")] {
        let device = try await DeviceUnderTest.enrolled(on: platform, name)
        try await platform.group(device.name, into: group)
      }
      let (devices, others) = (
        try await Self.group("devices", on: platform), try await Self.group("others", on: platform)
      )
      let (token, admin) = (try await platform.access(.operator), try await platform.access(.admin))
      let first = try await platform.publish(bundle: Self.bundle("1.0.0", on: platform))
      let second = try await platform.publish(bundle: Self.bundle("1.1.0", on: platform))
      let wide: RolloutReply = try await platform.call(
        "POST", "/manage/rollouts", token,
        RolloutRequest(name: "wide", firmware: first.id, groups: [devices, others], priority: .batch)
      ).message()
      _ = try await platform.call("POST", "/manage/rollouts/\(wide.id)/start", token)
      let urgent: RolloutReply = try await platform.call(
        "POST", "/manage/rollouts", token,
        RolloutRequest(name: "urgent", firmware: second.id, groups: [devices], priority: .immediately)
      ).message()
      let expected = [DisplacedRollout(id: wide.id, name: "wide", groups: [devices])]
      #expect(urgent.disables == expected)
      #expect(try await Self.shown(wide.id, on: platform).disabledGroups == nil, "not before the start")
      let started = try await platform.call("POST", "/manage/rollouts/\(urgent.id)/start", token)
      #expect(try started.message(RolloutReply.self).disables == expected)
      let narrowed = try await Self.shown(wide.id, on: platform)
      #expect(narrowed.disabledGroups == [devices] && !narrowed.isDisabled && narrowed.phase == .running)
      #expect(narrowed.members == 1 && narrowed.inGroups == 2)
      let audit = try await platform.call("GET", "/manage/audit?limit=100", admin).message(AuditList.self)
      #expect(audit.items.contains { $0.action == "rollout.disable" && $0.subject.contains("rollout \(wide.id) ") })
      let enabled = try await platform.call("POST", "/manage/rollouts/\(wide.id)/enable?group=\(devices)", token)
      #expect(try enabled.message(RolloutReply.self).disabledGroups == nil)
    }
  }

  @Test
  func `Firmware of a revoked key cannot be planned, started by an operator, or started at its time`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let group = try await Self.group("devices", on: platform)
      let admin = try await platform.access(.admin)
      let firmware = try await platform.publish(bundle: Self.bundle("1.0.0", on: platform))
      func plan(_ start: Int64? = nil) async throws -> RawReply {
        try await platform.call(
          "POST", "/manage/rollouts", admin,
          RolloutRequest(name: "r", firmware: firmware.id, groups: [group], priority: .batch, start: start))
      }
      let planned = try await plan().message(RolloutReply.self)
      let due = try await plan(platform.clock.now.seconds + 1).message(RolloutReply.self)
      let changed = try await platform.call(
        "PUT", "/manage/file-groups/\(firmware.fileGroup)", admin,
        FileGroupRequest(name: "kettles", trust: [TestBundles.publicKey("ecdsa-p256")]))
      try #require(changed.status == 200, "\(changed.text)")
      #expect(try await plan().status == 422)
      let started = try await platform.call("POST", "/manage/rollouts/\(planned.id)/start", admin)
      #expect(started.status == 422)
      platform.clock.now.seconds += 2
      try await Scheduler(
        store: platform.store, clock: { platform.clock.now }, logger: Logger(label: "test"),
        pace: DevicePacer(Pacing(), store: platform.store)
      )
      .startDue()
      #expect(try await Self.shown(due.id, on: platform).phase == .aborted)
    }
  }

  @Test func `A key whose time has ended publishes nothing and starts no rollout, and running rollouts continue`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let group = try await Self.group("devices", on: platform)
      let admin = try await platform.access(.admin)
      let firmware = try await platform.publish(bundle: Self.bundle("1.0.0", on: platform))
      let path = "/manage/file-groups/\(firmware.fileGroup)"
      let keys = try [TestBundles.publicKey(), TestBundles.publicKey("ecdsa-p256")]
      func change(_ change: TrustChangeRequest) async throws -> RawReply {
        try await platform.call("POST", "\(path)/trust", admin, change)
      }
      func plan() async throws -> RawReply {
        try await platform.call(
          "POST", "/manage/rollouts", admin,
          RolloutRequest(name: "r", firmware: firmware.id, groups: [group], priority: .batch))
      }
      let digest = TrustEnd.digest(of: keys[0])
      let end = TrustEnd(key: digest, expires: platform.clock.now.seconds + 100)
      #expect(try await change(TrustChangeRequest(add: [keys[1]])).status == 200)
      let ending = try await change(TrustChangeRequest(end: [digest], expires: end.expires))
      #expect(try ending.message(FileGroupReply.self).ends == [end])
      let kept = try await platform.call("PUT", path, admin, FileGroupRequest(name: "kettles", trust: keys))
      #expect(try kept.message(FileGroupReply.self).ends == [end], "a kept key keeps its end")
      let running = try await plan().message(RolloutReply.self)
      #expect(try await platform.call("POST", "/manage/rollouts/\(running.id)/start", admin).status == 200)
      platform.clock.now.seconds += 99
      let planned = try await plan().message(RolloutReply.self)
      platform.clock.now.seconds += 1
      #expect(try await plan().status == 422)
      #expect(try await platform.call("POST", "/manage/rollouts/\(planned.id)/start", admin).status == 422)
      #expect(try await Self.shown(running.id, on: platform).phase == .running)
      let later = try Self.bundle("1.1.0", on: platform)
      #expect(try await platform.upload(later, to: firmware.fileGroup, platform.access(.publisher)).status == 422)
      let foreign = String(repeating: "0", count: 64)
      #expect(try await change(TrustChangeRequest(remove: [foreign])).status == 409)
      #expect(try await change(TrustChangeRequest(end: [digest])).status == 400, "an end needs a time")
      let both = TrustChangeRequest(end: [digest], remove: [digest], expires: 5)
      #expect(try await change(both).status == 400)
      let again = try await change(TrustChangeRequest(add: [keys[0]])).message(FileGroupReply.self)
      #expect(again.ends == nil && Set(again.trust) == Set(keys), "a key that is added again has no end")
      #expect(try await plan().status == 201)
      let removed = try await change(TrustChangeRequest(remove: [digest])).message(FileGroupReply.self)
      #expect(removed.trust == [keys[1]])
      #expect(try await change(TrustChangeRequest(end: [TrustEnd.digest(of: keys[1])], expires: 5)).status == 200)
      #expect(try await plan().status == 403, "no key is trusted any more")
      let log = try await platform.call("GET", "/manage/audit", admin).message(AuditList.self)
      let details = log.items.flatMap(\.details).filter { $0.name == "key-end" }.map(\.value)
      #expect(details.contains("\(digest) \(end.expires)"))
    }
  }

  @Test
  func `With compulsory approval, every rollout waits for the owner of another token that is older than the plan`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let group = try await Self.group("devices", on: platform)
      let admin = try await platform.access(.admin)
      let second = try await platform.access(.operator)
      let settings = SettingsChange(approval: true)
      #expect(try await platform.call("PUT", "/manage/settings", second, settings).status == 403)
      #expect(try await platform.call("PUT", "/manage/settings", admin, settings).status == 200)
      let firmware = try await platform.publish(bundle: Self.bundle("1.0.0", on: platform))
      platform.clock.now.seconds += 1
      let request = RolloutRequest(name: "r", firmware: firmware.id, groups: [group], priority: .immediately)
      let preview = try await platform.call("POST", "/manage/rollout-previews", admin, request)
      #expect(try preview.message(RolloutReply.self).needsApproval == true)
      let id = try await platform.call("POST", "/manage/rollouts", admin, request).message(RolloutReply.self).id
      #expect(try await platform.call("POST", "/manage/rollouts/\(id)/start", admin).status == 409)
      #expect(try await platform.call("POST", "/manage/rollouts/\(id)/approve", admin).status == 403)
      platform.clock.now.seconds += 1
      let made = try await platform.call("POST", "/manage/tokens", admin, TokenRequest(name: "late", role: .operator))
        .message(TokenReply.self)
      let late = try await platform.call("POST", "/manage/rollouts/\(id)/approve", made.token)
      #expect(late.status == 403 && late.text.contains("after the rollout was planned"))
      let path = "/manage/file-groups/\(firmware.fileGroup)/trust"
      let digest = TrustEnd.digest(of: try TestBundles.publicKey())
      let ended = TrustChangeRequest(end: [digest], expires: platform.clock.now.seconds)
      #expect(try await platform.call("POST", path, admin, ended).status == 200)
      let refused = try await platform.call("POST", "/manage/rollouts/\(id)/approve", second)
      #expect(refused.status == 403, "a plan that may not start stays a plan")
      let added = TrustChangeRequest(add: [try TestBundles.publicKey()])
      #expect(try await platform.call("POST", path, admin, added).status == 200)
      #expect(try await platform.call("POST", "/manage/rollouts/\(id)/approve", second).status == 200)
      #expect(try await platform.call("POST", "/manage/rollouts/\(id)/start", admin).status == 200)
    }
  }

  @Test func `A damaged row in one workspace does not prevent due rollouts in another one`() async throws {
    try await PlatformUnderTest.run { platform in
      let other = try await platform.store.add(
        Workspace(id: ID(0), name: "theirs", customerKey: "their-customer", deviceKeys: ["their-device"]))
      var due: [ID<Workspace>: ID<Rollout>] = [:]
      for workspace in [platform.workspace, other] {
        let now = platform.clock.now
        due[workspace.id] = try await platform.store.write(in: workspace.id) { rows in
          let group = try rows.add(DeviceGroup(id: ID(0), name: "g"))
          let files = try rows.add(FileGroup(id: ID(0), name: "f"))
          let firmware = try rows.add(
            Firmware(id: ID(0), fileGroup: files.id, name: "x", version: "1", image: Firmware.Content(of: [1, 2])))
          return try rows.plan(
            RolloutPlan(
              name: "r", batch: nil, start: Instant(now.seconds + 100), groups: [group.id],
              firmware: firmware.id, maintainer: "m")
          ).id
        }
      }
      let damaged = try #require(due[platform.workspace.id])
      try await Database.change(
        platform.scratch.path("platform.sqlite"),
        [
          """
          UPDATE rollout SET waves = 'nonsense', success_threshold = 1, retries = 0, success = 0, ends_when_done = 1
          WHERE id = \(damaged.value)
          """
        ])
      platform.clock.now.seconds += 200
      try await Scheduler(
        store: platform.store, clock: { platform.clock.now }, logger: Logger(label: "test"),
        pace: DevicePacer(Pacing(), store: platform.store)
      )
      .startDue()
      let theirs = try #require(due[other.id])
      let phase = try await platform.store.read(in: other.id) { try $0.rollout(theirs)?.phase }
      #expect(phase == .running)
    }
  }

  @Test(arguments: ["\u{0}", "\u{1B}[2Jadmin\r\n", "a\u{9B}b", "a\u{202E}b", "a\u{2066}b", "tab\t"])
  func `Names with control characters or bidirectional controls are refused`(text: String) async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      for (path, body) in [
        ("/manage/device-groups", DeviceGroupRequest(name: text) as any Encodable),
        ("/manage/file-groups", FileGroupRequest(name: text, trust: [])),
        ("/manage/tokens", TokenRequest(name: text, role: .viewer)),
        ("/manage/enrolment-tokens", EnrolmentTokenRequest(name: text)),
        ("/manage/rollouts", RolloutRequest(name: text, firmware: 1, groups: [1], priority: .batch)),
      ] {
        let reply = try await platform.call("POST", path, admin, body)
        #expect(reply.status == 400 && reply.text.contains("control character"), "\(path)")
      }
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let token = try await platform.token()
      var request = try await DeviceUnderTest.request(device.name, device.key, on: platform, token)
      request.label = text
      let enrolled = try await platform.call("POST", "/v2/devices", token, request)
      #expect(enrolled.status == 400)
    }
  }

  @Test func `A trusted key must be a single key, and is stored without surrounding text`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let (first, second) = (try TestBundles.publicKey(), try TestBundles.publicKey("ecdsa-p256"))
      for text in ["\(first)\u{1E}\(second)", "\(first)\u{1E}junk", "\(first)\n\(second)", "junk"] {
        let reply = try await platform.call(
          "POST", "/manage/file-groups", admin, FileGroupRequest(name: "g", trust: [text]))
        #expect(reply.status == 400)
      }
      let reply = try await platform.call(
        "POST", "/manage/file-groups", admin, FileGroupRequest(name: "g", trust: ["junk before\n\(first)"]))
      #expect(reply.status == 201)
      let kept = try reply.message(FileGroupReply.self).trust
      #expect(kept.count == 1 && kept[0].hasPrefix("-----BEGIN"))
    }
  }
}
