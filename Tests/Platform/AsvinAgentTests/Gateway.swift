import AsvinBundle
import AsvinAgent
import AsvinPatch
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinRelease
import FoundationEssentials
import Synchronization
import Testing

extension PlatformUnderTest {
  /// Sets the platform's clock to the machine's, which the agent uses.
  func setClockToNow() { clock.now = Instant(Int64(Date.now.timeIntervalSince1970)) }
}

/// A gateway that runs the agent in a folder of the test.
struct Gateway: Sendable {
  static let old = TestBundles.noise(600_000)

  let platform: PlatformUnderTest
  let folder: DeviceFolder
  /// The logged lines.
  let lines = Lines()

  final class Lines: Sendable {
    private let all = Mutex<[String]>([])
    var text: [String] { all.withLock { $0 } }
    func add(_ line: String) { all.withLock { $0.append(line) } }
  }

  /// Enrols a gateway and moves it into a group.
  static func grouped(on platform: PlatformUnderTest, image: [UInt8] = old, room: UInt64 = 1 << 20) async throws
    -> Gateway
  {
    platform.setClockToNow()
    let gateway = Gateway(platform: platform, folder: DeviceFolder(platform.scratch.path("gateway")))
    try await enrol(on: platform, in: gateway.folder, image: image, room: room)
    try await platform.group("gateway")
    return gateway
  }

  /// Enrols the device of a folder.
  static func enrol(
    on platform: PlatformUnderTest, in folder: DeviceFolder, name: String = "gateway", image: [UInt8]? = old,
    room: UInt64 = 1 << 20, trust: [String]? = nil, places: EnrolledPlaces? = nil
  ) async throws {
    let enrolment = try DeviceEnrolment(
      name: name, label: nil, deviceClass: DeviceClass(vendor: "example.com", name: "board"), image: image,
      version: "0.9.0", sequence: 1, room: room, trust: trust ?? [TestBundles.publicKey()],
      keys: .workspace(customer: PlatformUnderTest.customerKey, device: PlatformUnderTest.deviceKey), places: places)
    _ = try await PlatformConnection.with("http://127.0.0.1:\(platform.port)") {
      try await enrolment.run(in: folder, on: $0)
    }
  }

  /// Runs a body with an agent, optionally through a proxy's port. Each agent is one start of the device.
  func with<Result: Sendable>(
    port: Int? = nil, works: Bool = true, hooks: DeviceHooks? = nil,
    _ body: @Sendable (DeviceAgent) async throws -> Result
  ) async throws -> Result {
    var hooks = hooks ?? DeviceHooks(check: { _ in works ? .succeeded : .failed("the test makes it fail") })
    hooks.log = { lines.add($0) }
    let all = hooks
    return try await PlatformConnection.with("http://127.0.0.1:\(port ?? platform.port)") { connection in
      try await body(DeviceAgent(folder, on: connection, hooks: all))
    }
  }

  /// Starts the agent and polls once.
  func poll(port: Int? = nil, works: Bool = true, hooks: DeviceHooks? = nil) async throws -> DeviceAgent.Outcome {
    try await with(port: port, works: works, hooks: hooks) { try await $0.poll() }
  }

  /// Polls, and restarts the device if a release is pending.
  func update(port: Int? = nil, works: Bool = true) async throws -> DeviceAgent.Outcome {
    let outcome = try await poll(port: port, works: works)
    guard case .pending = outcome else { return outcome }
    return try await poll(port: port, works: works)
  }

  /// Publishes an image and starts a rollout.
  func release(
    _ image: [UInt8], _ version: String, from bases: [String] = [], profile: Profile? = nil
  ) async throws -> (path: String, rollout: Int64) {
    let signed = try TestBundles(scratch: platform.scratch).sign(image, version: version, from: bases, profile: profile)
    let firmware = try await platform.publish(bundle: signed.bytes)
    return (signed.path, try await platform.rollOut(firmware, batch: BatchMessage(waves: [])).id)
  }

  /// Reads the image in a slot set.
  func bank(_ name: String, _ count: Int) throws -> [UInt8] {
    Array(try platform.scratch.read("gateway/\(name)-0").prefix(count))
  }

  /// Changes the port through which the device connects to the platform.
  func move(to port: Int) async throws {
    _ = try await Shell.output(
      of: "sed -i 's/127.0.0.1:[0-9]*/127.0.0.1:\(port)/' '\(folder.path)'/device*.json")
  }

  /// Returns the state of the device in a rollout; `nil` before an offer.
  func state(_ rollout: Int64) async throws -> RecordState? {
    let viewer = try await platform.access(.viewer)
    let devices = try await platform.call("GET", "/manage/rollouts/\(rollout)/devices", viewer)
    return try devices.message(RolloutDeviceList.self).items.first?.state
  }

  /// Returns the device's record in a rollout.
  func record(_ rollout: Int64) async throws -> RolloutDeviceReply {
    let viewer = try await platform.access(.viewer)
    let devices = try await platform.call("GET", "/manage/rollouts/\(rollout)/devices", viewer)
    return try #require(try devices.message(RolloutDeviceList.self).items.first)
  }
}
