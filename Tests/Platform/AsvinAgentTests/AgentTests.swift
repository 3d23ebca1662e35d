import AsvinHost
import AsvinAgent
import AsvinPatch
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinRelease
import Testing

@Suite("The agent of a gateway", .usesScratch) struct AgentTests {
  private static func changed(_ image: [UInt8], seed: UInt64 = 3) -> [UInt8] {
    var image = image
    image[40_000] ^= 0xFF
    return image + TestBundles.noise(900, seed: seed)
  }

  @Test func `A device updates with an image and then with a patch, and confirms both`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let idle = try await gateway.poll()
      #expect(idle == .nothing)
      let first = Self.changed(Gateway.old)
      let one = try await gateway.release(first, "1.0.0")
      let updated = try await gateway.update()
      #expect(updated == .updated("1.0.0"))
      #expect(try gateway.bank("b", first.count) == first)
      let record = try await gateway.record(one.rollout)
      #expect(record.state == .confirmed)
      let second = Self.changed(first, seed: 8)
      let two = try await gateway.release(second, "1.1.0", from: [one.path])
      let patched = try await gateway.update()
      #expect(patched == .updated("1.1.0"))
      #expect(try gateway.bank("a", second.count) == second)
      let after = try await gateway.record(two.rollout)
      #expect(after.state == .confirmed)
      let end = try await gateway.poll()
      #expect(end == .nothing)
      let running = try await gateway.with { try await $0.running() }
      #expect(running.version == "1.1.0")
    }
  }

  @Test func `A release that does not work is reverted, and the cause is reported`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let bad = try await gateway.release(Self.changed(Gateway.old), "1.0.0")
      let outcome = try await gateway.update(works: false)
      #expect(outcome == .reverted("1.0.0"))
      let record = try await gateway.record(bad.rollout)
      #expect(record.state == .failed && record.reason == 80)
      let running = try await gateway.with { try await $0.running() }
      #expect(running.version == "0.9.0")
      #expect(try gateway.bank("a", Gateway.old.count) == Gateway.old)
      let next = try await gateway.release(Self.changed(Gateway.old, seed: 9), "1.0.1")
      let mended = try await gateway.update()
      #expect(mended == .updated("1.0.1"))
      let after = try await gateway.record(next.rollout)
      #expect(after.state == .confirmed)
    }
  }

  @Test
  func `A restarted device tries a pending release, and reverts a release that was on trial when power was lost`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let release = try await gateway.release(Self.changed(Gateway.old), "1.0.0")
      let pending = try await gateway.poll()
      #expect(pending == .pending("1.0.0"))
      let installed = try await gateway.record(release.rollout)
      #expect(installed.state == .installed)
      // A copy of the folder as it is when power is lost during the trial.
      let crashed = platform.scratch.path("crashed")
      let hooks = DeviceHooks(check: { _ in
        let copy = "cp -r \(platform.scratch.path("gateway")) \(crashed)"
        _ = try? await Shell.output(of: copy)  // without a copy, the next agent fails
        return .succeeded
      })
      let started = try await gateway.poll(hooks: hooks)
      #expect(started == .updated("1.0.0"))
      try await PlatformConnection.with("http://127.0.0.1:\(platform.port)") { connection in
        let again = try await DeviceAgent(DeviceFolder(crashed), on: connection, hooks: DeviceHooks()).start()
        #expect(again == .reverted("1.0.0"))
      }
    }
  }

  @Test func `A download that is interrupted every 64 KiB is resumed and completed`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let image = Self.changed(Gateway.old)
      _ = try await gateway.release(image, "1.0.0")
      let proxy = try FaultyProxy(to: platform.port, .cut(after: 65_536))
      defer { proxy.end() }
      var outcome = DeviceAgent.Outcome.nothing
      for _ in 0..<200 where outcome == .nothing {
        do {
          outcome = try await gateway.update(port: proxy.port)
        } catch let failure as Failure where failure.kind == .unreachable {
          continue
        }
      }
      #expect(outcome == .updated("1.0.0"))
      #expect(try gateway.bank("b", image.count) == image)
      #expect(proxy.harms >= 9)
    }
  }

  @Test func `A download that is too slow is abandoned and resumed from another server`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let image = Self.changed(Gateway.old)
      _ = try await gateway.release(image, "1.0.0")
      let proxy = try FaultyProxy(to: platform.port, .trickle(after: 4000, milliseconds: 20))
      defer { proxy.end() }
      try await PlatformConnection.with("http://127.0.0.1:\(proxy.port)") { connection in
        var connection = connection
        connection.slowness = .init(bytesPerSecond: 10_000, grace: 0)
        let agent = try DeviceAgent(gateway.folder, on: connection, hooks: DeviceHooks())
        let failure = await #expect(throws: Failure.self) { try await agent.poll() }
        #expect(failure?.kind == .unreachable)
      }
      let outcome = try await gateway.update()
      #expect(outcome == .updated("1.0.0"))
    }
  }

  @Test func `A payload that was changed in transit is not started`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let first = Self.changed(Gateway.old)
      let one = try await gateway.release(first, "1.0.0")
      let proxy = try FaultyProxy(to: platform.port, .alter(from: 4000))
      defer { proxy.end() }
      let image = try await gateway.poll(port: proxy.port)
      #expect(image == .failed(53), "a plain image is read back completely")
      #expect(proxy.harms > 0)
      let record = try await gateway.record(one.rollout)
      #expect(record.state == .failed && record.reason == 53)
      let running = try await gateway.with { try await $0.running() }
      #expect(running.version == "0.9.0")
    }
  }

  @Test func `A patch that was changed in transit is refused at its first changed block`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let base = try TestBundles(scratch: platform.scratch).sign(Gateway.old, version: "0.9.0")
      let image = Self.changed(Gateway.old) + TestBundles.noise(9000, seed: 4)
      _ = try await gateway.release(image, "1.0.0", from: [base.path])
      let proxy = try FaultyProxy(to: platform.port, .alter(from: 4000))
      defer { proxy.end() }
      let outcome = try await gateway.poll(port: proxy.port)
      #expect(outcome == .failed(55))
    }
  }

  @Test func `Compressed content is unpacked, patched and compressed again`() async throws {
    try await PlatformUnderTest.run { platform in
      let words = (0..<40_000).map { "line \($0 &* 2_654_435_761 % 100_003)\n" }.joined()
      try platform.scratch.write(Array(words.utf8), to: "one")
      try platform.scratch.write(Array((words + "one more\n").utf8), to: "two")
      _ = try await Shell.output(of: "cd \(platform.scratch.folder) && gzip -n -9 one && gzip -n -9 two")
      let (old, new) = (try platform.scratch.read("one.gz"), try platform.scratch.read("two.gz"))
      let gateway = try await Gateway.grouped(on: platform, image: old)
      let base = try TestBundles(scratch: platform.scratch).sign(old, version: "0.9.0")
      _ = try await gateway.release(new, "1.0.0", from: [base.path], profile: .linux)
      let outcome = try await gateway.update()
      #expect(outcome == .updated("1.0.0"))
      #expect(try gateway.bank("b", new.count) == new)
    }
  }

  @Test func `A device that enrols again keeps its release; another name or a malformed key is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      _ = try await gateway.release(Self.changed(Gateway.old), "1.0.0")
      let updated = try await gateway.update()
      #expect(updated == .updated("1.0.0"))
      try await Gateway.enrol(on: platform, in: gateway.folder)
      let running = try await gateway.with { try await $0.running() }
      #expect(running.version == "1.0.0")
      let other = await #expect(throws: Failure.self) {
        try await Gateway.enrol(on: platform, in: gateway.folder, name: "other")
      }
      #expect(other?.kind == .usage)
      let secret = try Shared.projectText("Keys/TEST-ONLY-ed25519.pem")
      await #expect(throws: Failure.self) {
        try await Gateway.enrol(
          on: platform, in: DeviceFolder(platform.scratch.path("third")), name: "third", trust: [secret])
      }
    }
  }

  @Test func `The result of an update is reported although power was lost before the report`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let release = try await gateway.release(Self.changed(Gateway.old), "1.0.0")
      _ = try await gateway.poll()
      // The state in which the release is confirmed and the report was not stored yet.
      let outbox = try platform.scratch.read("gateway/outbox.json")
      let hooks = DeviceHooks()
      try await PlatformConnection.with("http://127.0.0.1:1") { nowhere in
        _ = try await DeviceAgent(gateway.folder, on: nowhere, hooks: hooks).start()
      }
      try platform.scratch.write(outbox, to: "gateway/outbox.json")
      let before = try await gateway.record(release.rollout)
      #expect(before.state == .installed)
      _ = try await gateway.with { try await $0.start() }
      let after = try await gateway.record(release.rollout)
      #expect(after.state == .confirmed)
    }
  }

  @Test func `An image that does not fit is refused with its reason`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: TestBundles.noise(5000), room: 8192)
      _ = try await gateway.release(TestBundles.noise(9000, seed: 2), "1.0.0")
      let outcome = try await gateway.update()
      #expect(outcome == .failed(70))
    }
  }
}
