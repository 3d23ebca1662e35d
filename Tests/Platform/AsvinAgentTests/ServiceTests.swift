import AsvinAgent
import AsvinFixtures
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPlatformFixtures
import AsvinVerifier
import Testing

@Suite("The agent as a service", .usesScratch) struct ServiceTests {
  private static let old = TestBundles.noise(60_000)
  private static let new = old + TestBundles.noise(5000, seed: 2)

  @Test(arguments: [
    ("interval = 5\ncolour = red\n", "line 2: 'colour' is not an option"),
    ("# a comment\n\ninterval\n", "line 3: 'interval' is not an option and its value"),
    ("interval = 0\n", "line 1: "), ("rate = 9000\nrate = 9001\n", "line 2: 'rate' is already in line 1"),
    ("once = true\n", "line 1: 'once' is not an option"),
  ])
  func `A configuration file with a mistake is refused with its line`(_ text: String, _ words: String) async throws {
    try await Scratch.with { scratch in
      try scratch.write(Array(text.utf8), to: "agent.conf")
      let run = try await DeviceProgram.run("run d --once --config agent.conf", in: scratch)
      #expect(run.exitCode == 64 && run.errors.contains(words), "\(run.all)")
    }
  }

  @Test func `An option on the command line precedes the one in the file`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.old)
      _ = try await gateway.release(Self.new, "1.0.0")
      try platform.scratch.write(
        Array("# hooks\n restart = echo 'from the file = yes' >restarted\r\ncheck = false\n".utf8), to: "agent.conf")
      let installed = try await gateway.program("--once --config agent.conf")
      #expect(installed.output.contains("1.0.0 is pending"), "\(installed.all)")
      #expect(String(decoding: try platform.scratch.read("restarted"), as: UTF8.self) == "from the file = yes\n")
      let confirmed = try await gateway.program("--once --config agent.conf --check true")
      #expect(confirmed.output.contains("runs 1.0.0"), "\(confirmed.all)")
    }
  }

  @Test func `A release from a bundle file is verified, tried and reported later`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.old)
      let bundles = TestBundles(scratch: platform.scratch)
      let base = try bundles.sign(Self.old, version: "0.9.0")
      let next = try bundles.sign(Self.new, version: "1.0.0", from: [base.path])
      let identity = try gateway.folder.identity()
      try await PlatformConnection.with("http://127.0.0.1:1") { nowhere in
        let lines = gateway.lines
        let hooks = DeviceHooks(log: { lines.add($0) })
        let agent = try DeviceAgent(gateway.folder, on: nowhere, hooks: hooks)
        let outcome = try await agent.install(BundlePayloads(platform.scratch.path(next.path), for: identity))
        #expect(outcome == .pending("1.0.0"), "\(lines.text)")
        #expect(lines.text.contains { $0.contains("fetching a patch") }, "\(lines.text)")
      }
      try await PlatformConnection.with("http://127.0.0.1:1") { nowhere in
        let agent = try DeviceAgent(gateway.folder, on: nowhere, hooks: DeviceHooks())
        let outcome = try await agent.start()
        #expect(outcome == .updated("1.0.0"))
      }
      let idle = try await gateway.poll()
      #expect(idle == .nothing)
      let viewer = try await platform.access(.viewer)
      let reply = try await platform.call("GET", "/manage/devices", viewer)
      let device = try #require(try reply.message(DeviceList.self).items.first { $0.name == "gateway" })
      #expect(device.version == "1.0.0")
      // The floor holds for bundles as well.
      let older = try bundles.sign(Self.old, version: "0.9.5")
      let failure = try await gateway.with { agent in
        await #expect(throws: Failure.self) {
          try await agent.install(BundlePayloads(platform.scratch.path(older.path), for: identity))
        }
      }
      #expect(failure?.reason == .sequenceNotAboveFloor)
    }
  }

  @Test func `A bundle that is damaged, or signed by another key, is refused before anything is written`() async throws
  {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.old)
      let signed = try TestBundles(scratch: platform.scratch).sign(Self.new, version: "1.0.0")
      var identity = try gateway.folder.identity()
      var bytes = signed.bytes
      bytes[bytes.count - 30_000] ^= 1
      try platform.scratch.write(bytes, to: "damaged.asvin")
      let damaged = #expect(throws: Failure.self) {
        try BundlePayloads(platform.scratch.path("damaged.asvin"), for: identity)
      }
      #expect(damaged?.reason == .payloadDigestMismatch, "\(String(describing: damaged))")
      identity.trust = [try TestBundles.publicKey("ecdsa-p256")]
      let untrusted = #expect(throws: Failure.self) {
        try BundlePayloads(platform.scratch.path(signed.path), for: identity)
      }
      #expect(untrusted?.kind == .rejected, "\(String(describing: untrusted))")
      let run = try await DeviceProgram.run("install gateway damaged.asvin", in: platform.scratch)
      #expect(run.exitCode == 65, "\(run.all)")
      let idle = try await gateway.poll()
      #expect(idle == .nothing)
    }
  }

  @Test func `A download is not faster than its limit`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.old)
      _ = try await gateway.release(Self.new, "1.0.0")
      var hooks = DeviceHooks()
      hooks.rate = 32_000
      let start = ContinuousClock.now
      let outcome = try await gateway.poll(hooks: hooks)
      #expect(outcome == .pending("1.0.0"))
      // 65 000 bytes.
      #expect(ContinuousClock.now - start >= .seconds(2))
    }
  }

  @Test func `The proxy comes from the variables, except for local hosts and the exceptions`() throws {
    let variables = [
      "HTTPS_PROXY": "http://user:secret@proxy.example.com:8080", "http_proxy": "plain.example.com",
      "HTTP_PROXY": "http://not-this.example.com", "NO_PROXY": "internal.example.com, .example.org",
    ]
    func proxy(_ address: String) throws -> String? {
      try ProxyServer.find(for: address, in: variables).map { "\($0.host):\($0.port)" }
    }
    #expect(try proxy("https://updates.example.com") == "proxy.example.com:8080")
    #expect(try proxy("http://updates.example.com") == "plain.example.com:3128")
    for host in [
      "localhost", "127.0.0.1:8080", "internal.example.com", "a.internal.example.com:443", "example.org",
      "x.example.org",
    ] {
      #expect(try proxy("https://\(host)") == nil, "\(host)")
    }
    #expect(try proxy("https://notinternal.example.com") != nil)
    for text in ["https://proxy", "ftp://proxy", "http://", "http://user:secret@:1/x", "http://host/path"] {
      let failure = #expect(throws: Failure.self) { try ProxyServer(text) }
      #expect(failure?.message.contains("secret") == false)
    }
  }

  @Test func `The service manager gets a sign that the agent runs, and signs of life`() async throws {
    try await PlatformUnderTest.run { platform in
      _ = try await Gateway.grouped(on: platform, image: Self.old)
      let script = """
        import os, socket, subprocess, time
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind("notify")
        listener.settimeout(20)
        variables = dict(os.environ, NOTIFY_SOCKET=os.path.abspath("notify"), WATCHDOG_USEC="300000")
        agent = subprocess.Popen(["\(DeviceProgram.path)", "run", "gateway", "--interval", "600"], env=variables,
                                 stderr=subprocess.DEVNULL)
        print(*[listener.recv(100).decode() for _ in range(4)])
        agent.kill()
        """
      try platform.scratch.write(Array(script.utf8), to: "watch.py")
      let output = try await Shell.output(of: "cd '\(platform.scratch.folder)' && python3 -B watch.py 2>&1")
      #expect(output == "READY=1 WATCHDOG=1 WATCHDOG=1 WATCHDOG=1\n")
    }
  }
}
