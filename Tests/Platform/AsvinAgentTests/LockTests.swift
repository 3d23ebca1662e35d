import AsvinHost
import AsvinAgent
import AsvinBundle
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinRelease
import FoundationEssentials
import Glibc
import Testing

@Suite("The lock of a device folder", .usesScratch) struct LockTests {
  @Test func `A second agent is refused with the name of the first one`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: TestBundles.noise(5000), room: 16_384)
      try await gateway.with { agent in
        let run = try await gateway.program("--once")
        #expect(
          run.exitCode == 1 && run.errors.contains("is in use by") && run.errors.contains("process"), "\(run.all)")
        let enrolled = await #expect(throws: Failure.self) { try await Gateway.enrol(on: platform, in: gateway.folder) }
        #expect(enrolled?.message.contains("is in use by") == true)
        // The status only reads.
        let status = try await gateway.status()
        #expect(status.exitCode == 0 && status.output.contains("\"process\""), "\(status.all)")
        _ = try await agent.poll()
      }
      let after = try await gateway.program("--once")
      #expect(after.exitCode == 0, "\(after.all)")
    }
  }

  @Test
  func `An agent that is paused during a download keeps its lock, and finishes when it is continued`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let image = TestBundles.noise(900_000, seed: 6)
      let release = try await gateway.release(image, "1.0.0")
      let proxy = try Interceptor(to: platform.port) { line, _ in
        if line.contains("/payloads/") { usleep(400_000) }
        return nil
      }
      defer { proxy.end() }
      try await gateway.move(to: proxy.port)
      async let slow = gateway.program("--once")
      while proxy.count("/payloads/") == 0 { try await Task.sleep(for: .milliseconds(20)) }
      let holder = try #require(gateway.folder.holder)
      kill(holder.process, SIGSTOP)
      let second = try await gateway.program("--once")
      #expect(second.exitCode == 1 && second.errors.contains("process \(holder.process)"), "\(second.all)")
      kill(holder.process, SIGCONT)
      let first = try await slow
      #expect(first.output.contains("1.0.0 is pending"), "\(first.all)")
      let outcome = try await gateway.poll()
      #expect(outcome == .updated("1.0.0"))
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .confirmed)
    }
  }

  @Test
  func
    `A device that is killed at any moment of an update ends with the update, or with the old release if the trial was killed`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      var expected = "0.9.0"
      for number in 1...4 {
        let image = TestBundles.noise(700_000, seed: UInt64(number) + 20)
        let release = try await gateway.release(image, "1.0.\(number)")
        var kills = 0
        while ![.confirmed, .failed].contains(try await gateway.state(release.rollout)), kills < 100 {
          let seconds = Double.random(in: 0.05...0.6)
          _ = try await gateway.program("--once", prefix: "timeout -s KILL \(seconds)")
          kills += 1
        }
        let record = try await gateway.record(release.rollout)
        // A start that is killed during its trial does not confirm the release.
        #expect(record.state == .confirmed || record.reason == 80, "\(record)")
        if record.state == .confirmed { expected = "1.0.\(number)" }
        _ = try await gateway.program("--once")
        let status = try await gateway.status()
        #expect(status.output.contains("\"version\" : \"\(expected)\""), "\(status.all)")
        #expect(!status.output.contains("\"isIntact\" : false"), "\(status.all)")
      }
      #expect(expected != "0.9.0")
    }
  }
}
