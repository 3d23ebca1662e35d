import AsvinAgent
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatform
import AsvinPlatformAPI
import Testing

@Suite("Rollouts that are withdrawn during an update", .usesScratch) struct WithdrawalTests {
  private static let image = TestBundles.noise(700_000, seed: 2)
  private static let over = #"{"message":"the rollout is over"}"#

  private static func offered(
    _ rule: @escaping @Sendable (_ line: String, _ count: Int) -> Interceptor.Answer?,
    _ body: @escaping @Sendable (Gateway, Interceptor, _ rollout: Int64) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let release = try await gateway.release(image, "1.0.0")
      let proxy = try Interceptor(to: platform.port, rule)
      defer { proxy.end() }
      try await body(gateway, proxy, release.rollout)
    }
  }

  @Test(arguments: [409, 410])
  func `A payload that is refused with 409 or 410 ends the installation without a failure`(status: Int) async throws {
    try await Self.offered({ line, _ in line.contains("/payloads/") ? .init(status, Self.over) : nil }) {
      gateway, proxy, rollout in
      let outcome = try await gateway.poll(port: proxy.port)
      #expect(outcome == .withdrawn("1.0.0"))
      let record = try await gateway.record(rollout)
      #expect(record.state == .downloading && record.failures == 0)
    }
  }

  @Test
  func `A release whose rollout ended during the download is not activated, and is not fetched twice`() async throws {
    try await Self.offered({ line, count in line.contains("/next") && count == 2 ? .init(204) : nil }) {
      gateway, proxy, _ in
      let outcome = try await gateway.poll(port: proxy.port)
      #expect(outcome == .withdrawn("1.0.0"))
      let status = try await gateway.status()
      #expect(!status.output.contains("pending"), "\(status.all)")
      let fetched = proxy.count("/payloads/")
      let again = try await gateway.poll(port: proxy.port)
      #expect(again == .pending("1.0.0"))
      #expect(proxy.count("/payloads/") == fetched)
    }
  }

  @Test(arguments: [404, 409, 410])
  func `An installation whose report is refused is discarded`(status: Int) async throws {
    try await Self.offered({ line, count in
      // The first event reports the progress, the second one the installation.
      line.contains("/events") && count == 2 ? .init(status, Self.over) : nil
    }) { gateway, proxy, _ in
      let outcome = try await gateway.poll(port: proxy.port)
      #expect(outcome == .withdrawn("1.0.0"))
      let status = try await gateway.status()
      #expect(!status.output.contains("pending"), "\(status.all)")
      let next = try await gateway.with { try await $0.running() }
      #expect(next.version == "0.9.0")
    }
  }

  @Test func `An update is discarded if its rollout ends while the device waits for its restart`() async throws {
    try await Self.offered({ line, count in line.contains("/events") && count == 3 ? .init(410, Self.over) : nil }) {
      gateway, proxy, _ in
      let hooks = DeviceHooks(restart: { _ in .failed("busy") })
      try await gateway.with(port: proxy.port, hooks: hooks) { agent in
        let first = try await agent.poll()
        #expect(first == .waiting("1.0.0", "--restart failed: busy"))
        let second = try await agent.poll()
        #expect(second == .withdrawn("1.0.0"))
      }
    }
  }

  @Test
  func `A gateway whose installed release is withdrawn has its boot loader start the running one again`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform)
      let signed = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0")
      let firmware = try await platform.publish(bundle: signed.bytes)
      _ = try await platform.rollOut(firmware, batch: BatchMessage(waves: []))
      let seen = Gateway.Lines()
      var hooks = DeviceHooks()
      hooks.isRunning = { $0.bank == "a" ? .yes : .no }
      hooks.activate = { release in
        seen.add("\(release.bank) \(release.version) \(release.isReturn)")
        return .succeeded
      }
      let admin = try await platform.access(.admin)
      try await gateway.with(hooks: hooks) { agent in
        let installed = try await agent.poll()
        #expect(installed == .pending("1.0.0"))
        // The boot loader is prepared once, however long the system waits for its restart.
        for _ in 0..<3 {
          let waiting = try await agent.poll()
          #expect(waiting == .pending("1.0.0"))
        }
        #expect(seen.text == ["b 1.0.0 false"])
        let reply = try await platform.call("POST", "/manage/firmware/\(firmware.id)/withdraw", admin)
        #expect(reply.status == 200)
        let withdrawn = try await agent.poll()
        #expect(withdrawn == .withdrawn("1.0.0"))
        #expect(seen.text == ["b 1.0.0 false", "a 0.9.0 true"])
        let idle = try await agent.poll()
        #expect(idle == .nothing)
      }
    }
  }
}
