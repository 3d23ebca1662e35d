import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import FoundationEssentials
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import AsvinPlatformServer

@Suite("Events and webhooks", .usesScratch) struct WebhookTests {
  /// A receiver in Python. It checks each signature with its own HMAC, answers with the statuses in turn, the last one for
  /// ever, and writes a line for each request.
  private static let receiver = """
    import base64, hashlib, hmac, http.server, sys, time
    secret, statuses, log = base64.b64decode(sys.argv[1][6:]), sys.argv[2].split(","), open(sys.argv[3], "a")
    class Receiver(http.server.BaseHTTPRequestHandler):
      def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        print(self.headers["webhook-id"], status, "signed" if expected == self.headers["webhook-signature"] else "forged",
          file=log, flush=True)
        if status == "slow": time.sleep(60)
        self.send_response(int(status))
        if status == "302": self.send_header("Location", "/elsewhere")
        self.end_headers()
      def log_message(self, *_): pass
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    print(server.server_port, file=open(sys.argv[4], "w"), flush=True)
    server.serve_forever()
    """

  private struct Bench {
    let store: any PlatformStore
    let workspace: ID<Workspace>
    let delivery: WebhookDelivery
    let webhook: Webhook
    let log: String

    /// Sends what waits, as one turn of the service.
    func turn() async throws { try await delivery.turnOfAll() }

    var lines: [String] {
      get throws {
        guard FileManager.default.fileExists(atPath: log) else { return [] }
        return String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self).split(separator: "\n").map(
          String.init)
      }
    }
  }

  private static let now = Instant(1_800_000_000)

  private static func with(
    statuses: String, kinds: Set<String> = [], _ body: @escaping @Sendable (Bench) async throws -> Void
  ) async throws {
    // A server would send the events too.
    try await Scratch.with { scratch in
      let store = MemoryStore()
      let workspace = try await store.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"])).id
      let secret = FixedBytes<32> { UInt8($0) }
      try scratch.write(Array(receiver.utf8), to: "receiver.py")
      _ = try await Shell.output(
        of:
          "cd '\(scratch.folder)' && (python3 receiver.py \(WebhookSignature.text(of: secret)) \(statuses) log port >/dev/null 2>&1 & echo $! > pid)"
      )
      var port = ""
      for _ in 0..<200 where port.isEmpty {
        try await Task.sleep(for: .milliseconds(50))
        if FileManager.default.fileExists(atPath: scratch.path("port")) {
          port = String(decoding: try scratch.read("port"), as: UTF8.self).filter(\.isNumber)
        }
      }
      let address = "http://127.0.0.1:\(port)/hook"
      let webhook = try await store.write(in: workspace) { rows in
        try rows.add(
          Webhook(
            id: ID(0), address: address, kinds: kinds, secret: secret, created: now, creator: "x",
            delivered: 0))
      }
      let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
      let client = WebhookClient(.init(plain: true, privateAddresses: true), group: threads)
      let delivery = WebhookDelivery(
        store: store.audited, client: client, clock: { now },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      do {
        try await body(
          Bench(store: store, workspace: workspace, delivery: delivery, webhook: webhook, log: scratch.path("log")))
      } catch {
        Issue.record(error)
      }
      _ = try await Shell.output(of: "kill $(cat '\(scratch.path("pid"))')")
      try await threads.shutdownGracefully()
    }
  }

  private static func record(_ count: Int, _ action: AuditAction = .stopRollout, on bench: Bench) async throws {
    try await bench.store.write(in: bench.workspace) { rows in
      for number in 1...count { try rows.record(action, "rollout \(number)", by: "platform", at: now) }
    }
  }

  @Test func `Events arrive signed, in order, once each`() async throws {
    try await Self.with(statuses: "200", kinds: ["rollout.stop"]) { bench in
      try await Self.record(3, on: bench)
      try await Self.record(1, .finishRollout, on: bench)
      try await Self.record(1, on: bench)
      try await bench.turn()
      try await bench.turn()
      let workspace = bench.workspace.value
      #expect(try bench.lines == [1, 2, 3, 5].map { "evt_\(workspace)_\($0) 200 signed" })
    }
  }

  @Test func `A refused event is sent again before the next one, and the third failure is an event`() async throws {
    try await Self.with(statuses: "500,302,503,204") { bench in
      try await Self.record(2, on: bench)
      for _ in 0..<4 {
        bench.delivery.wake(bench.webhook.id)
        try await bench.turn()
      }
      let workspace = bench.workspace.value
      #expect(
        try bench.lines
          == ["1 500", "1 302", "1 503", "1 204", "2 204", "3 204"].map { "evt_\(workspace)_\($0) signed" },
        "a redirect is not followed")
      let entries = try await bench.store.read(in: bench.workspace) {
        try $0.auditEntries(after: 2, limit: 9)
      }
      #expect(entries.map(\.action) == ["webhook.fail", "webhook.recover"])
      #expect(entries.first?.details.last == AuditDetail("error", "the status of the reply is 503"))
    }
  }

  @Test func `A private address and plain HTTP are refused unless the operator of the server allows them`() async throws
  {
    let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    func fault(_ address: String, plain: Bool = true) async -> String? {
      do throws(WebhookClient.Fault) {
        try await WebhookClient(.init(plain: plain), group: threads).post([], to: address, fields: [])
        return nil
      } catch {
        return error.text
      }
    }
    for address in [
      "http://127.0.0.1/", "http://localhost:9/", "http://[::1]/", "http://0x7f000001/", "http://2130706433/",
    ] {
      #expect(await fault(address)?.contains("private network") == true, "\(address)")
    }
    #expect(await fault("http://example.com/", plain: false)?.contains("http is not allowed") == true)
    try await threads.shutdownGracefully()
  }

  @Test func `The feed has the events after a cursor, and goes on from there`() async throws {
    try await PlatformUnderTest.run { platform in
      let now = platform.clock.now
      try await platform.store.write(in: platform.workspace.id) { rows in
        for number in 1...3 {
          try rows.record(.stopRollout, "rollout \(number)", by: "platform", at: now)
          try rows.record(.createToken, "token \(number)", by: "me", at: now)
        }
      }
      let viewer = try await platform.access(.viewer)
      func feed(_ query: String) async throws -> EventFeed {
        try await platform.call("GET", "/manage/events\(query)", viewer).message()
      }
      let first = try await feed("?limit=2")
      #expect(first.items.map(\.subject) == ["rollout 1", "rollout 2"] && first.next == 3 && first.removed == 0)
      let second = try await feed("?after=\(first.next)")
      #expect(second.items.map(\.kind) == ["rollout.stop"] && second.next == 5)
      let third = try await feed("?after=5")
      #expect(third.items.isEmpty && third.next == 5)
    }
  }

  @Test func `Devices that have not completed a rollout after a week are reported once`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "1.0.0").bytes
      let rollout = try await platform.rollOut(try await platform.publish(bundle: bundle))
      let late = LateRollouts(
        store: platform.store.audited, clock: { platform.clock.now },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      try await late.report(platform.workspace.id)
      platform.clock.now = Instant(platform.clock.now.seconds + 8 * 86_400)
      try await late.report(platform.workspace.id)
      try await late.report(platform.workspace.id)
      let events = try await platform.store.read(in: platform.workspace.id) { try $0.events(after: 0, limit: 99) }
      let found = events.filter { $0.action == "device.behind" }
      #expect(found.map(\.subject) == ["1 devices in rollout \(rollout.id)"])
    }
  }
}
