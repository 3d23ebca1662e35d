import AsvinHost
import AsvinAgent
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinRelease
import FoundationEssentials
import Glibc
import Testing

@Suite("Faults around the agent", .usesScratch) struct SurroundingsTests {
  private static let small = TestBundles.noise(5000)

  /// Runs the agent's loop until a logged line contains a text. The loop must not end before.
  private static func serve(
    _ gateway: Gateway, port: Int, until text: String, seconds: Double = 20
  ) async throws -> [String] {
    try await gateway.with(port: port) { agent in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          // The task is cancelled when the line is logged. The loop must not end before.
          do { try await agent.run(every: 1) } catch is CancellationError { return false }
          return true
        }
        let end = ContinuousClock.now + .seconds(seconds)
        while .now < end, !gateway.lines.text.contains(where: { $0.contains(text) }) {
          try await Task.sleep(for: .milliseconds(50))
        }
        group.cancelAll()
        let hasEnded = try await group.next()
        #expect(hasEnded == false)
      }
    }
    return gateway.lines.text
  }

  @Test(arguments: [
    Interceptor.Answer(400, "no"), .init(401, "{}"), .init(403, "<html>portal</html>"), .init(404), .init(409),
    .init(418),
    .init(429, fields: "Retry-After: 1\r\n"), .init(500), .init(502, "<html>"), .init(503),
    .init(200, "<html>portal</html>"),
    .init(200, "{}"), .init(200, "[]"), .init(200, "\u{0}\u{1b}[2J"),
    .init(301, fields: "Location: http://127.0.0.1:1/\r\n"),
  ])
  func `Whatever a server answers, the agent logs a message and continues`(_ answer: Interceptor.Answer) async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.small, room: 8192)
      for part in ["/v2/challenges", "/next"] {
        let proxy = try Interceptor(to: platform.port) { line, _ in line.contains(part) ? answer : nil }
        defer { proxy.end() }
        let lines = try await Self.serve(gateway, port: proxy.port, until: "the next try is in")
        #expect(lines.contains { $0.contains("the next try is in") }, "\(lines)")
        #expect(
          !lines.contains { $0.contains("Error(") || $0.contains("\u{1b}") || $0.contains("Context(") }, "\(lines)")
      }
    }
  }

  @Test(arguments: ["http://no-such-host.invalid", "http://127.0.0.1:1", "https"])
  func `An unknown host, a missing server and a server without TLS are logged as messages`(_ address: String)
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.small, room: 8192)
      let url = address == "https" ? "https://127.0.0.1:\(platform.port)" : address
      try await PlatformConnection.with(url) { connection in
        let lines = gateway.lines
        let agent = try DeviceAgent(gateway.folder, on: connection, hooks: DeviceHooks(log: { lines.add($0) }))
        let task = Task { try await agent.run(every: 1) }
        let end = ContinuousClock.now + .seconds(20)
        while .now < end, !lines.text.contains(where: { $0.contains("the next try is in") }) {
          try await Task.sleep(for: .milliseconds(50))
        }
        task.cancel()
        _ = await task.result
        #expect(lines.text.contains { $0.contains("the next try is in") }, "\(lines.text)")
        #expect(!lines.text.contains { $0.contains("Error(") || $0.contains("errno") }, "\(lines.text)")
      }
    }
  }

  @Test(arguments: [400, 403, 404, 409, 410, 413, 422])
  func `A report that is refused does not block updates`(status: Int) async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.small, room: 16_384)
      _ = try await gateway.release(TestBundles.noise(9000, seed: 2), "1.0.0")
      _ = try await gateway.poll()
      // All later reports of the first rollout are refused, beginning with the confirmation.
      let proxy = try Interceptor(to: platform.port) { line, _ in
        line.contains("/rollouts/1/events") ? .init(status, #"{"message":"no"}"#) : nil
      }
      defer { proxy.end() }
      let confirmed = try await gateway.poll(port: proxy.port)
      #expect(confirmed == .updated("1.0.0"))
      #expect(gateway.lines.text.contains { $0.contains("refused") }, "\(gateway.lines.text)")
      _ = try await gateway.release(TestBundles.noise(9000, seed: 3), "1.1.0")
      let next = try await gateway.update(port: proxy.port)
      #expect(next == .updated("1.1.0"))
    }
  }

  @Test func `The outbox is bounded, and a report that is refused again and again is dropped`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.small, room: 16_384)
      _ = try await gateway.release(TestBundles.noise(9000, seed: 2), "1.0.0")
      _ = try await gateway.poll()
      let proxy = try Interceptor(to: platform.port) { line, _ in line.contains("/events") ? .init(403) : nil }
      defer { proxy.end() }
      for _ in 0..<20 { _ = try await gateway.poll(port: proxy.port) }
      #expect(gateway.lines.text.contains { $0.contains("16 times and is dropped") }, "\(gateway.lines.text)")
      #expect(proxy.count("/next") >= 18)
      let status = try await gateway.status()
      #expect(status.output.contains("\"reports\" : 0"), "\(status.all)")
    }
  }

  @Test(.enabled(if: Mounted.isAllowed, "SKIPPED: needs root to mount"))
  func `On a full disk the update fails with a reason, and the agent continues`() async throws {
    try await PlatformUnderTest.run { platform in
      try await Mounted.with(platform.scratch.path("gateway"), kibibytes: 600) {
        let gateway = try await Gateway.grouped(on: platform, image: Self.small, room: 400_000)
        let release = try await gateway.release(TestBundles.noise(200_000, seed: 2), "1.0.0")
        let lines = try await Self.serve(gateway, port: platform.port, until: "no space left")
        #expect(lines.contains { $0.contains("no space left") }, "\(lines)")
        let record = try await gateway.record(release.rollout)
        #expect(record.state == .failed && record.reason == 70)
        let run = try await gateway.program("--once")
        #expect(run.exitCode == 0 && !run.all.contains("FileError"), "\(run.all)")
      }
    }
  }

  @Test(.enabled(if: Mounted.isAllowed, "SKIPPED: needs root to mount"))
  func `On a read-only disk the agent polls, reports the failure and continues`() async throws {
    try await PlatformUnderTest.run { platform in
      let folder = platform.scratch.path("gateway")
      try await Mounted.with(folder, kibibytes: 4000) {
        let gateway = try await Gateway.grouped(on: platform, image: Self.small, room: 16_384)
        let release = try await gateway.release(TestBundles.noise(9000, seed: 2), "1.0.0")
        _ = try await Shell.output(of: "mount -o remount,ro '\(folder)'")
        let lines = try await Self.serve(gateway, port: platform.port, until: "cannot be written")
        #expect(lines.contains { $0.contains("cannot be written") }, "\(lines)")
        let record = try await gateway.record(release.rollout)
        #expect(record.state == .failed && record.reason == 72, "\(lines)")
        _ = try await Shell.output(of: "mount -o remount,rw '\(folder)'")
      }
    }
  }

  @Test func `An agent without file descriptors logs that and continues`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.small, room: 16_384)
      var words = ""
      // With fewer than 16, NIO or Dispatch may end the process before the agent can report anything.
      for limit in [12, 13, 15, 16, 18, 20] {
        // The descriptors of other tests, which the process inherits, are closed first.
        let prefix =
          "python3 -c 'import os, sys, resource as r; os.closerange(3, 4096); r.setrlimit(r.RLIMIT_NOFILE, (\(limit),) * 2); "
          + "os.execvp(sys.argv[1], sys.argv[1:])' timeout 4"
        let run = try await gateway.program("--interval 1", prefix: prefix)
        words += run.all
        guard limit >= 16 else { continue }
        // 124: the process did not end by itself.
        #expect(run.exitCode == 124, "\(run.all)")
        #expect(!run.errors.contains("Error("), "\(run.all)")
      }
      #expect(words.contains("too many open files"), "\(words)")
    }
  }
}

/// A small file system in memory.
enum Mounted {
  static let isAllowed = geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/bin/mount")

  static func with(_ folder: String, kibibytes: Int, _ body: () async throws -> Void) async throws {
    _ = try await Shell.output(of: "mkdir -p '\(folder)' && mount -t tmpfs -o size=\(kibibytes)k none '\(folder)' 2>&1")
    do {
      try await body()
    } catch {
      _ = try await Shell.output(of: "umount -l '\(folder)'")
      throw error
    }
    _ = try await Shell.output(of: "umount -l '\(folder)'")
  }
}
