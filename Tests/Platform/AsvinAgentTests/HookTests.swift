import AsvinAgent
import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Hooks of a gateway", .usesScratch) struct HookTests {
  private static let image = TestBundles.noise(9000, seed: 2)

  private static func offered(
    _ body: @escaping @Sendable (Gateway, _ rollout: Int64) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: TestBundles.noise(5000), room: 16_384)
      let release = try await gateway.release(image, "1.0.0")
      try await body(gateway, release.rollout)
    }
  }

  @Test func `A --restart that fails in any way confirms nothing, however often the agent is started`() async throws {
    try await Self.offered { gateway, rollout in
      for (command, words) in [
        ("false", "exit code 1"), ("'kill -9 $$'", "signal 9"), ("/no/such/command", "does not exist"),
        ("'sleep 1000' --restart-timeout 1", "longer than 1 s"),
      ] {
        let run = try await gateway.program("--once --restart \(command)")
        #expect(run.exitCode == 1, "\(run.all)")
        #expect(run.errors.contains(words), "\(run.all)")
        let record = try await gateway.record(rollout)
        #expect(record.state == .installed)
        let status = try await gateway.status()
        #expect(status.output.contains("\"phase\" : \"pending\"") && status.output.contains("\"awaitsRestart\" : true"))
      }
      let restarted = try await gateway.program("--once --restart true")
      #expect(restarted.exitCode == 0 && restarted.output.contains("1.0.0 is pending"), "\(restarted.all)")
      let installed = try await gateway.record(rollout)
      #expect(installed.state == .installed)
      let next = try await gateway.program("--once --restart false")
      #expect(next.output.contains("runs 1.0.0"), "\(next.all)")
      let record = try await gateway.record(rollout)
      #expect(record.state == .confirmed)
    }
  }

  @Test func `The start that installs a release never tries it`() async throws {
    try await Self.offered { gateway, rollout in
      try await gateway.with { agent in
        let first = try await agent.poll()
        #expect(first == .pending("1.0.0"))
        for _ in 0..<3 {
          let started = try await agent.start()
          #expect(started == .nothing)
          let polled = try await agent.poll()
          #expect(polled == .pending("1.0.0"))
        }
      }
      let record = try await gateway.record(rollout)
      #expect(record.state == .installed)
      let next = try await gateway.poll()
      #expect(next == .updated("1.0.0"))
    }
  }

  @Test func `A check that hangs is ended with its child processes, and the device reverts the release`() async throws {
    try await Self.offered { gateway, rollout in
      let installed = try await gateway.program("--once")
      #expect(installed.output.contains("1.0.0 is pending"))
      let mark = "9\(UInt32.random(in: 100_000...999_999))"
      let tried = try await gateway.program("--once --check 'sleep \(mark) & sleep \(mark)' --check-timeout 1")
      #expect(tried.output.contains("reverted 1.0.0") && tried.errors.contains("longer than 1 s"), "\(tried.all)")
      let left = try await Shell.output(of: "pgrep -f 'sleep \(mark)$' || true")
      #expect(left.isEmpty)
      let record = try await gateway.record(rollout)
      #expect(record.state == .failed && record.reason == 80)
    }
  }

  @Test func `Both hooks get the image, its version and its bank`() async throws {
    try await Self.offered { gateway, _ in
      let write = { (name: String) in "'env | grep ^ASVIN_ | sort > \(name)'" }
      _ = try await gateway.program("--once --restart \(write("restart.txt"))")
      _ = try await gateway.program("--once --check \(write("check.txt"))")
      for name in ["restart.txt", "check.txt"] {
        let text = String(decoding: try gateway.platform.scratch.read(name), as: UTF8.self)
        let path = gateway.platform.scratch.path("gateway/b-0")
        for line in [
          "ASVIN_IMAGE=\(path)", "ASVIN_IMAGE_0=\(path)", "ASVIN_VERSION=1.0.0", "ASVIN_SLOT=b", "ASVIN_BANK=b",
          "ASVIN_SIZE=9000", "ASVIN_SEQUENCE=16777216", "ASVIN_REASON=update",
          "ASVIN_DIGEST=\(TestBundles.digest(Self.image))",
        ] {
          #expect(text.contains(line + "\n"), "\(name): \(line)")
        }
      }
    }
  }

  @Test func `A busy device postpones the installation, fetches nothing, and is offered it again later`() async throws {
    try await Self.offered { gateway, rollout in
      let busy = try await gateway.program("--once --allow 'echo $ASVIN_VERSION >>asked; exit 3' --postpone 600")
      #expect(busy.exitCode == 0 && busy.output.contains("1.0.0 is postponed"), "\(busy.all)")
      #expect(busy.errors.contains("exit code 3") && !busy.errors.contains("fetching"), "\(busy.all)")
      let record = try await gateway.record(rollout)
      #expect(record.state == .queued && record.failures == 0)
      let held = try await gateway.program("--once --allow 'echo again >>asked'")
      #expect(held.output.contains("nothing to do"), "\(held.all)")
      #expect(String(decoding: try gateway.platform.scratch.read("asked"), as: UTF8.self) == "1.0.0\n")
      let (store, now) = (gateway.platform.store, gateway.platform.clock.now)
      try await store.write(in: gateway.platform.workspace.id) { try $0.passTime(running: 600, at: now) }
      let allowed = try await gateway.program("--once --allow true")
      #expect(allowed.output.contains("1.0.0 is pending"), "\(allowed.all)")
    }
  }

  @Test func `A device reports by how much its local time is ahead of UTC`() async throws {
    try await Self.offered { gateway, _ in
      var hooks = DeviceHooks()
      hooks.utcOffset = { 345 }
      let outcome = try await gateway.with(hooks: hooks) { try await $0.poll() }
      #expect(outcome == .pending("1.0.0"))
      let device = try #require(try await gateway.platform.device("gateway"))
      #expect(device.utcOffset == 345)
    }
  }

  @Test
  func `A device that reverts a release is restarted with the previous one, and repeats a failed restart`() async throws
  {
    try await Self.offered { gateway, _ in
      _ = try await gateway.poll()
      let seen = Gateway.Lines()
      let hooks = DeviceHooks(
        check: { _ in .failed("it does not work") },
        restart: { release in
          seen.add("\(release.version) \(release.bank) \(release.isReturn)")
          return seen.text.count < 3 ? .failed("busy") : .succeeded
        })
      try await gateway.with(hooks: hooks) { agent in
        // The first start installed the release; this is the restart.
        let back = try await agent.poll()
        guard case .waiting = back else { return #expect(back == .reverted("1.0.0")) }
      }
      _ = try await gateway.with(hooks: hooks) { agent in
        for _ in 0..<4 where await !agent.mustEnd { _ = try await agent.poll() }
      }
      #expect(seen.text.last == "0.9.0 a true" || seen.text.last == "1.0.0 b false", "\(seen.text)")
    }
  }

  @Test func `An update that the boot loader did not start is not confirmed`() async throws {
    try await Self.offered { gateway, rollout in
      _ = try await gateway.poll()
      let run = try await gateway.program("--once --running a")
      #expect(run.output.contains("reverted 1.0.0"), "\(run.all)")
      let record = try await gateway.record(rollout)
      #expect(record.state == .failed && record.reason == 80)
    }
  }

  @Test func `The status shows the pending release as text and as JSON`() async throws {
    try await Self.offered { gateway, _ in
      _ = try await gateway.poll()
      let text = try await DeviceProgram.run("status gateway", in: gateway.platform.scratch)
      #expect(text.output.contains("pending   1.0.0") && text.output.contains("runs      0.9.0"), "\(text.all)")
      let json = try await gateway.status()
      let status = try JSONDecoder().decode(DeviceStatus.self, from: Data(json.output.utf8))
      #expect(status.candidate?.version == "1.0.0" && status.phase == .pending && status.running.isIntact)
    }
  }
}
