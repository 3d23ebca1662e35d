import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import Glibc
import Synchronization
import Testing

@testable import AsvinPlatformServer

@Suite("Load", .usesScratch) struct PaceTests {
  /// Occupies every thread that reads, until it is released.
  private final class Blockade: Sendable {
    private let isReleased = Atomic(false)

    func hold() {
      while !isReleased.load(ordering: .relaxed) { usleep(10_000) }
    }
    func release() { isReleased.store(true, ordering: .relaxed) }
  }

  @Test func `While the store is saturated, polls are refused with a time, and afterwards everything is answered`()
    async throws
  {
    try await PlatformUnderTest.run(pacing: Pacing()) { platform in
      let (admin, token) = (try await platform.access(.admin), try await platform.token())
      let blockade = Blockade()
      try await withThrowingTaskGroup(of: Void.self) { group in
        // Six threads read. The others wait.
        for _ in 0..<12 {
          group.addTask { try await platform.store.read(in: platform.workspace.id) { _ in blockade.hold() } }
        }
        defer { blockade.release() }
        while platform.store.delay < PlatformLimit.pollDelay { try await Task.sleep(for: .milliseconds(50)) }
        let challenge = try await platform.call("POST", "/v2/challenges")
        #expect(challenge.status == 503 && challenge.text.contains("under load"))
        let retry = try #require(challenge.field("Retry-After").flatMap { Int($0) })
        #expect(PlatformLimit.pollSeconds.contains(retry))
        // An unmodified client of asvin would log in again after an error: it has no rollout instead.
        let legacy = try await platform.ask(
          ESPClient(chip: .esp8266, mac: "AA:BB").post(
            "/api/device/next/rollout", #"{"mac":"AA:BB","firmware_version":"1.0"}"#, token: token))
        #expect(legacy.status == 200 && legacy.text == "{}")
        let metrics = try await platform.call("GET", "/metrics")
        #expect(metrics.text.contains("asvin_requests_shed_total{kind=\"poll\"} 2"), "\(metrics.text)")
        async let list = platform.call("GET", "/manage/devices", admin)
        try await Task.sleep(for: .milliseconds(200))
        blockade.release()
        let answered = try await list
        #expect(answered.status == 200)
        try await group.waitForAll()
      }
      while platform.store.delay > 0 { try await Task.sleep(for: .milliseconds(10)) }
      var challenge = try await platform.call("POST", "/v2/challenges")
      for _ in 0..<50 where challenge.status != 201 {
        try await Task.sleep(for: .milliseconds(100))
        challenge = try await platform.call("POST", "/v2/challenges")
      }
      #expect(challenge.status == 201)
    }
  }
}
