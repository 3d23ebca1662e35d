import AsvinHost
import AsvinAgent
import AsvinPatch
import AsvinFixtures
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

  @Test("It updates by the image, then by a patch, and each is confirmed")
  func updates() async throws {
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

  @Test("What does not work is gone back from, and the platform hears why")
  func reverts() async throws {
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

  @Test("A device that starts anew tries what is pending, and goes back from what was on trial when it went down")
  func restarts() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let release = try await gateway.release(Self.changed(Gateway.old), "1.0.0")
      let pending = try await gateway.poll()
      #expect(pending == .pending("1.0.0"))
      let installed = try await gateway.record(release.rollout)
      #expect(installed.state == .installed)
      // What its folder is like when power is lost in the middle of the trial.
      let crashed = platform.scratch.path("crashed")
      let hooks = DeviceHooks(check: { _ in
        // Where it is not copied, the next agent finds no device.
        _ = try? await Shell.output(of: "cp -r \(platform.scratch.path("gateway")) \(crashed)")  // see above
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

  @Test("A download that is cut every 64 KiB is gone on with, to the end")
  func cut() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let image = Self.changed(Gateway.old)
      _ = try await gateway.release(image, "1.0.0")
      let proxy = try Proxy(to: platform.port, .cut(after: 65_536))
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

  @Test("Who sends a byte now and then is given up, and the download goes on elsewhere")
  func trickle() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let image = Self.changed(Gateway.old)
      _ = try await gateway.release(image, "1.0.0")
      let proxy = try Proxy(to: platform.port, .trickle(after: 4000, milliseconds: 20))
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

  @Test("Whoever changes what the platform sends gets nothing started")
  func altered() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let first = Self.changed(Gateway.old)
      let one = try await gateway.release(first, "1.0.0")
      let proxy = try Proxy(to: platform.port, .alter(from: 4000))
      defer { proxy.end() }
      let image = try await gateway.poll(port: proxy.port)
      #expect(image == .failed(53), "an image that is sent plain is read back whole")
      #expect(proxy.harms > 0)
      let record = try await gateway.record(one.rollout)
      #expect(record.state == .failed && record.reason == 53)
      let running = try await gateway.with { try await $0.running() }
      #expect(running.version == "0.9.0")
    }
  }

  @Test("A patch that was changed on the way is refused at its first block")
  func alteredPatch() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let base = try TestBundles(scratch: platform.scratch).sign(Gateway.old, version: "0.9.0")
      let image = Self.changed(Gateway.old) + TestBundles.noise(9000, seed: 4)
      _ = try await gateway.release(image, "1.0.0", from: [base.path])
      let proxy = try Proxy(to: platform.port, .alter(from: 4000))
      defer { proxy.end() }
      let outcome = try await gateway.poll(port: proxy.port)
      #expect(outcome == .failed(55))
    }
  }

  @Test("What is packed is unpacked, patched, and packed again")
  func linuxPatch() async throws {
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

  @Test("Enrolled again, it keeps what it runs; another name, or a key that is none, is refused")
  func enrolledAgain() async throws {
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

  @Test("What became of an update is told, though the power went before the word of it")
  func lostWord() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let release = try await gateway.release(Self.changed(Gateway.old), "1.0.0")
      _ = try await gateway.poll()
      // As it is when the state says confirmed, and no letter was written yet.
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

  @Test("An image that has not the room is refused by its reason")
  func tooLarge() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: TestBundles.noise(5000), room: 8192)
      _ = try await gateway.release(TestBundles.noise(9000, seed: 2), "1.0.0")
      let outcome = try await gateway.update()
      #expect(outcome == .failed(70))
    }
  }
}
