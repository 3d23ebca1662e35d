import AsvinAgent
import AsvinFixtures
import AsvinPlatformFixtures
import Synchronization

/// A machine with a boot loader that starts one of two banks, once or for good, as the hooks request.
final class BootLoader: Sendable {
  struct State {
    var running = "a"
    var permanent = "a"
    var next: String?
    var starts = 1
    var calls: [String] = []
  }

  /// A way in which a hook does not do what it reports.
  enum Fault: Sendable {
    case none
    case activateFails
    case activateLies
    case markGoodFails
    case markGoodLies
    case bothRun
    case neitherRuns
    case isRunningFails
  }

  private let state = Mutex(State())
  private let fault = Mutex(Fault.none)
  private let hasBootID: Bool
  private let restartLies: Bool

  /// Creates a machine.
  ///
  /// - Parameters:
  ///   - hasBootID: whether the agent can read from the system whether it was restarted.
  ///   - restartLies: whether `--restart` restarts the machine and reports that it failed.
  init(hasBootID: Bool = true, restartLies: Bool = false) {
    (self.hasBootID, self.restartLies) = (hasBootID, restartLies)
  }

  var calls: [String] { state.withLock { $0.calls } }
  var running: String { state.withLock { $0.running } }
  func fail(_ new: Fault) { fault.withLock { $0 = new } }

  /// Restarts the machine. A trial is started once.
  func restart() {
    state.withLock { state in
      state.running = state.next ?? state.permanent
      state.next = nil
      state.starts += 1
    }
  }

  /// Starts a bank for good, as after a fallback or by an operator.
  func start(_ bank: String) {
    state.withLock { ($0.next, $0.permanent) = (nil, bank) }
    restart()
  }

  /// The hooks. Without `restart`, the test restarts the machine.
  func hooks(works: Bool = true) -> DeviceHooks {
    var hooks = DeviceHooks(check: { _ in works ? .succeeded : .failed("the test makes it fail") })
    hooks.isRunning = { [self] bank in
      switch fault.withLock({ $0 }) {
      case .bothRun: .yes
      case .neitherRuns: .no
      case .isRunningFails: .failed("no environment")
      default: bank.bank == running ? .yes : .no
      }
    }
    hooks.activate = { [self] release in
      let fault = fault.withLock { $0 }
      state.withLock { state in
        state.calls.append("activate \(release.bank) \(release.version)\(release.isReturn ? " return" : "")")
        guard fault != .activateFails, fault != .activateLies else { return }
        if release.isReturn { state.permanent = release.bank } else { state.next = release.bank }
      }
      return fault == .activateFails ? .failed("no space in the environment") : .succeeded
    }
    hooks.markGood = { [self] release in
      let fault = fault.withLock { $0 }
      state.withLock { state in
        state.calls.append("mark-good \(release.bank) \(release.version)")
        if fault != .markGoodFails, fault != .markGoodLies { state.permanent = release.bank }
      }
      return fault == .markGoodFails ? .failed("read-only") : .succeeded
    }
    if restartLies {
      hooks.restart = { [self] _ in
        restart()
        return .failed("it ended with exit code 1")
      }
    }
    hooks.systemStart = { [self] in hasBootID ? "start \(state.withLock { $0.starts })" : "" }
    return hooks
  }
}

extension Gateway {
  /// Enrols a gateway whose slot is a pair of files, and moves it into a group.
  static func partitioned(
    on platform: PlatformUnderTest, _ loader: BootLoader, image: [UInt8], bytes: Int = 1 << 20, second: Int? = nil
  ) async throws -> Gateway {
    platform.setClockToNow()
    let scratch = platform.scratch
    let gateway = Gateway(platform: platform, folder: DeviceFolder(scratch.path("gateway")))
    try scratch.write(image + [UInt8](repeating: 0, count: bytes - image.count), to: "rootfs_a")
    try scratch.write([UInt8](repeating: 0xEE, count: second ?? bytes), to: "rootfs_b")
    try await enrol(on: platform, in: gateway.folder, image: image, places: gateway.places(loader))
    try await platform.group("gateway")
    return gateway
  }

  func places(_ loader: BootLoader) -> EnrolledPlaces {
    let scratch = platform.scratch
    let pair = SlotPair(slot: 0, a: scratch.path("rootfs_a"), b: scratch.path("rootfs_b"))
    return EnrolledPlaces([pair], sizes: [:], hooks: loader.hooks())
  }

  /// Reads the first bytes of a place.
  func place(_ bank: String, _ count: Int) throws -> [UInt8] {
    Array(try platform.scratch.read("rootfs_\(bank)").prefix(count))
  }

  /// Starts the agent on the machine and polls once.
  func poll(_ loader: BootLoader, works: Bool = true, port: Int? = nil) async throws -> DeviceAgent.Outcome {
    try await poll(port: port, hooks: loader.hooks(works: works))
  }
}
