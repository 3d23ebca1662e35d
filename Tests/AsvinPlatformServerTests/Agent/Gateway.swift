import AsvinAgent
import AsvinDelta
import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPublisher
import AsvinRelease
import FoundationEssentials
import Synchronization
import Testing

/// A gateway that runs our agent, in a folder of the test's.
struct Gateway: Sendable {
  static let old = TestBundles.noise(600_000)

  let platform: PlatformUnderTest
  let folder: DeviceFolder
  /// What it has said.
  let lines = Lines()

  final class Lines: Sendable {
    private let all = Mutex<[String]>([])
    var text: [String] { all.withLock { $0 } }
    func add(_ line: String) { all.withLock { $0.append(line) } }
  }

  /// A gateway that is enrolled, and in a group.
  static func grouped(on platform: PlatformUnderTest, image: [UInt8] = old, room: UInt64 = 1 << 20) async throws
    -> Gateway
  {
    // The agent's clock is the machine's.
    platform.clock.now = Instant(Int64(Date.now.timeIntervalSince1970))
    let gateway = Gateway(platform: platform, folder: DeviceFolder(platform.scratch.path("gateway")))
    try await enrol(on: platform, in: gateway.folder, image: image, room: room)
    try await platform.group("gateway")
    return gateway
  }

  /// Enrols a folder.
  static func enrol(
    on platform: PlatformUnderTest, in folder: DeviceFolder, name: String = "gateway", image: [UInt8] = old,
    room: UInt64 = 1 << 20, trust: [String]? = nil
  ) async throws {
    let enrolment = try Enrolment(
      name: name, label: nil, deviceClass: DeviceClass(vendor: "example.com", name: "board"), image: image,
      version: "0.9.0", sequence: 1, room: room, trust: trust ?? [TestBundles.publicKey()],
      customerKey: PlatformUnderTest.customerKey, deviceKey: PlatformUnderTest.deviceKey)
    _ = try await PlatformConnection.with("http://127.0.0.1:\(platform.port)") {
      try await enrolment.run(in: folder, on: $0)
    }
  }

  /// Runs a body with its agent, through a port that may be another's.
  func with<Result: Sendable>(
    port: Int? = nil, works: Bool = true, restarts: Bool = false,
    _ body: @Sendable (DeviceAgent) async throws -> Result
  ) async throws -> Result {
    let hooks = DeviceHooks(works: { _, _ in works }, restart: { restarts }, log: { lines.add($0) })
    return try await PlatformConnection.with("http://127.0.0.1:\(port ?? platform.port)") { connection in
      try await body(DeviceAgent(folder, on: connection, hooks: hooks))
    }
  }

  func poll(port: Int? = nil, works: Bool = true, restarts: Bool = false) async throws -> DeviceAgent.Outcome {
    try await with(port: port, works: works, restarts: restarts) { try await $0.poll() }
  }

  /// Publishes an image and rolls it out.
  func release(
    _ image: [UInt8], _ version: String, from bases: [String] = [], profile: Profile? = nil
  ) async throws -> (path: String, rollout: Int64) {
    let signed = try TestBundles(scratch: platform.scratch).sign(image, version: version, from: bases, profile: profile)
    let firmware = try await platform.publish(bundle: signed.bytes)
    return (signed.path, try await platform.rollOut(firmware, batch: BatchMessage(waves: [])).id)
  }

  /// The bytes of the image in a bank.
  func bank(_ name: String, _ count: Int) throws -> [UInt8] {
    Array(try platform.scratch.read("gateway/\(name)-0").prefix(count))
  }

  /// How the platform sees its part in a rollout.
  func record(_ rollout: Int64) async throws -> RolloutDeviceReply {
    let viewer = try await platform.access(.viewer)
    let devices = try await platform.call("GET", "/manage/rollouts/\(rollout)/devices", viewer)
    return try #require(try devices.message(RolloutDeviceList.self).items.first)
  }
}
