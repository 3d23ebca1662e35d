package import AsvinFixtures
package import AsvinPlatform
package import AsvinPlatformServer
package import AsvinPlatformStore
import Synchronization
import Testing

/// A clock that a test sets.
package final class TestClock: Sendable {
  private let time = Mutex(Instant(1_800_000_000))

  package var now: Instant {
    get { time.withLock { $0 } }
    set { time.withLock { $0 = newValue } }
  }
}

/// The link for the first start, which a server reports.
private final class Link: Sendable {
  private let known = Mutex<String?>(nil)

  func set(_ path: String) { known.withLock { $0 = String(path.dropFirst("/console".count)) } }
  var path: String? { known.withLock { $0 } }
}

/// A server on a free port, with a store in the folder of the test.
package struct PlatformUnderTest: Sendable {
  package static let customerKey = "my-customer-key"
  package static let deviceKey = "my-device-key"

  package let port: Int
  package let store: any PlatformStore
  package let objects: FolderObjects
  package let workspace: Workspace
  package let clock: TestClock
  package let scratch: Scratch
  /// The path of the link for the first start, below that of the pages.
  package let firstStart: @Sendable () -> String?

  package init(
    port: Int, store: any PlatformStore, objects: FolderObjects, workspace: Workspace, clock: TestClock,
    scratch: Scratch, firstStart: @escaping @Sendable () -> String? = { nil }
  ) {
    self.firstStart = firstStart
    (self.port, self.store, self.objects) = (port, store, objects)
    (self.workspace, self.clock, self.scratch) = (workspace, clock, scratch)
  }

  package static func run(
    loginsPerMinute: Int = 600, isTLS: Bool = false, fingerprint: String? = nil,
    connections: ConnectionLimits? = nil, forwarded: ForwardedClients = ForwardedClients(),
    pacing: Pacing = .unhurried,
    _ body: @escaping @Sendable (PlatformUnderTest) async throws -> Void
  ) async throws {
    try await Scratch.with { scratch in
      let store = try SQLiteStore(path: scratch.path("platform.sqlite"))
      let objects = try FolderObjects(folder: scratch.path("objects"))
      let workspace = try await store.add(
        Workspace(id: ID(0), name: "ours", customerKey: customerKey, deviceKeys: [deviceKey]))
      let clock = TestClock()
      var settings = PlatformServer.Settings(tokenKey: try Shared.projectText("Keys/TEST-ONLY-rsa-2048.pem"))
      (settings.port, settings.loginsPerMinute, settings.fingerprint) = (0, loginsPerMinute, fingerprint)
      (settings.forwarded, settings.pacing) = (forwarded, pacing)
      if let connections { settings.connections = connections }
      // Other tests may occupy all threads of this process for longer than the watchdog waits.
      settings.onSilence = {}
      if isTLS {
        let pair = CertificatePair(
          chain: try Shared.projectText("Keys/TEST-ONLY-rsa-2048.certificate.pem"), key: settings.tokenKey)
        settings.certificate = { pair }
      }
      let link = Link()
      settings.onFirstStart = { _, path in link.set(path) }
      let server = PlatformServer(settings, store: store, objects: objects) { clock.now }
      let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run { continuation.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next())
        try await body(
          PlatformUnderTest(
            port: port, store: store, objects: objects, workspace: workspace, clock: clock, scratch: scratch,
            firstStart: { link.path }))
        group.cancelAll()
      }
    }
  }

  /// Publishes an image.
  package func publish(_ image: [UInt8], version: String) async throws -> Firmware {
    _ = try await objects.put(image)
    return try await store.write(in: workspace.id) { rows in
      let group = try rows.fileGroup(named: "files") ?? rows.add(FileGroup(id: ID(0), name: "files"))
      return try rows.add(
        Firmware(
          id: ID(0), fileGroup: group.id, name: "blink", version: version, image: Firmware.Content(of: image)))
    }
  }

  /// Moves a device into a group, which is created if it does not exist.
  package func group(_ mac: String, into name: String = "devices") async throws {
    try await store.write(in: workspace.id) { rows in
      let group = try rows.deviceGroup(named: name) ?? rows.add(DeviceGroup(id: ID(0), name: name))
      var device = try rows.device(called: mac)
      try rows.move(&device, to: .grouped(group.id))
    }
  }

  /// Starts a rollout of firmware to a group.
  @discardableResult
  package func rollOut(
    _ firmware: Firmware, to name: String = "devices", _ batch: BatchRules? = nil
  ) async throws -> Rollout {
    let now = clock.now
    return try await store.write(in: workspace.id) { rows in
      let group = try #require(try rows.deviceGroup(named: name))
      let rollout = try rows.plan(
        RolloutPlan(
          name: "new-demo-rollout", batch: batch, start: nil, groups: [group.id], firmware: firmware.id,
          maintainer: "admin"))
      return try rows.start(rollout.id, at: now)
    }
  }

  /// Returns the record of a device in a rollout.
  package func record(_ rollout: Rollout, _ mac: String) async throws -> DeviceRecord? {
    try await store.read(in: workspace.id) { rows in
      let device = try rows.device(called: mac)
      return try rows.record(rollout.id, device.id)
    }
  }

  /// Sends a request on a new connection.
  package func ask(_ request: String, toEnd: Bool = false) async throws -> RawReply {
    let connection = try await RawConnection.open(port: port)
    defer { connection.end() }
    return try await connection.exchange(request, toEnd: toEnd)
  }
}

extension ReadTransaction {
  /// Returns a device that must exist.
  package func device(called text: String) throws -> Device {
    let name = try #require(DeviceName(text))
    return try #require(try device(name))
  }
}

extension Pacing {
  /// A pace that no load changes: other tests may occupy all threads of this process for seconds.
  package static var unhurried: Pacing {
    var pacing = Pacing()
    (pacing.pollDelay, pacing.progressDelay) = (.infinity, .infinity)
    return pacing
  }
}
