package import AsvinHost
import AsvinInstaller
import AsvinPlatformAPI
package import AsvinPlatformClient
import AsvinVerifier

/// A device: polls, verifies, fetches, installs, tries, and confirms or goes back.
///
/// One value is one start of the device. The start that installs a release never tries it: the next one does.
package actor DeviceAgent {
  /// What came of a poll or a start.
  package enum Outcome: Equatable, Sendable {
    /// There was nothing to do.
    case nothing
    /// A release that was tried is confirmed.
    case updated(String)
    /// A release that was tried is not confirmed, and the device goes back.
    case reverted(String)
    /// A release was rejected, or could not be installed: the reason's code.
    case failed(UInt8)
    /// A release is installed: the next start tries it.
    case pending(String)
    /// The device is to be started anew for a release, and the hook that does so failed: why.
    case waiting(String, String)
    /// The platform has withdrawn a release before it was tried.
    case withdrawn(String)
  }

  /// The disk I/O of an agent blocks a thread of its own, and not one of the few that all tasks share.
  private let executor = AgentExecutor()
  /// The executor of the agent's own thread.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  let folder: DeviceFolder
  let hooks: DeviceHooks
  let platform: PlatformConnection
  private let lock: FolderLock
  var identity: DeviceIdentity
  var session: PlatformSession
  var outbox: Outbox
  /// The rollouts that the platform has said to be over for this device.
  var withdrawn: Set<Int64> = []
  /// Slots of the running bank whose image is not what was installed.
  var damaged: Set<UInt64> = []
  /// Whether ``start()`` has done its work.
  private(set) var isStarted = false
  /// Whether this start has begun the trial of the candidate.
  var isTrial = false
  /// Whether another release than the one that this start runs is to be started.
  package internal(set) var mustEnd = false
  /// Seconds after which the platform wants to be asked again.
  var pace: Double?
  /// When the device tries to enrol again, should the platform not know it.
  var nextEnrolment = ContinuousClock.now

  /// The device of a folder, which is locked for it.
  ///
  /// - Throws: ``Failure`` where the folder holds no device, or another process works in it.
  package init(_ folder: DeviceFolder, on platform: PlatformConnection, hooks: DeviceHooks) throws(Failure) {
    (self.folder, self.hooks, self.platform) = (folder, hooks, platform)
    identity = try folder.identity()
    lock = try folder.lock()
    session = PlatformSession(platform, identity, try folder.key())
    do {
      outbox = try Outbox.kept(in: folder)
    } catch {
      throw Trouble.failure(error)
    }
  }

  /// What runs: its version and sequence number.
  ///
  /// - Throws: ``Failure`` where nothing on the disk says it.
  package func running() throws -> (version: String, sequence: UInt64) {
    let content = try state().running.content
    return (content.version, content.sequence)
  }

  /// Does what a start has to do, once: tries what is pending, goes back from what was not confirmed, repairs what is
  /// damaged, and reports what became of an update.
  ///
  /// - Throws: ``Failure``, `FileError`, `InstallError`; it can then be called again.
  package func start() async throws -> Outcome {
    guard !isStarted else { return .nothing }
    let outcome = try await begin()
    isStarted = true
    return outcome
  }

  /// Asks once, and does what there is to do.
  ///
  /// - Throws: ``Failure``, `FileError`, `InstallError`: an interrupted installation is resumed by the next poll.
  package func poll() async throws -> Outcome {
    if !isStarted {
      let outcome = try await start()
      guard outcome == .nothing else { return outcome }
    }
    await deliver()
    if let outcome = try await awaitedStart() { return outcome }
    let state = try state()
    let running = state.running.content
    guard let update = try await ask(running) else { return .nothing }
    guard update.release != running.release else {
      // The report was lost on the way.
      await report(DeviceEventRequest(event: .confirmed), about: update.rollout)
      return .nothing
    }
    return try await install(update, over: state)
  }

  /// Asks what is next.
  private func ask(_ running: BankContent) async throws -> UpdateReply? {
    let query = UpdateQuery(
      version: running.version, sequence: running.sequence,
      // A patch of an image that is damaged would fail.
      images: running.images.filter { !damaged.contains($0.slot) }.map {
        SlotImage(slot: $0.slot, size: $0.size, digest: $0.digest)
      }, features: ReleasePlan.features, memory: ReleasePlan.memory)
    let reply = try await authorised { platform, device in
      try await platform.exchange(.post, "/v2/devices/\(device)/next", query, as: UpdateReply.self)
    }
    pace = reply.retryAfter
    return reply.content
  }

  /// Whether the platform still offers an update: it may have been stopped while its payload was on the way.
  func isOffered(_ update: UpdateReply, over running: BankContent) async throws -> Bool {
    guard !withdrawn.contains(update.rollout), let now = try await ask(running) else { return false }
    return now.rollout == update.rollout && now.release == update.release
  }

  /// Runs a request as the device; a device that the platform no longer knows enrols again, where it may.
  func authorised<Result: Sendable>(
    _ body: @Sendable (_ platform: PlatformConnection, _ device: Int64) async throws -> Result
  ) async throws -> Result {
    do {
      let device = identity.device
      return try await session.run { try await body($0, device) }
    } catch is UnknownDevice {
      guard let keys = hooks.keys, .now >= nextEnrolment else { throw UnknownDevice.failure(folder) }
      nextEnrolment = .now + .seconds(600)
      say("the platform does not know this device; it enrols again")
      let key = try folder.key()
      let version = try state().running.content.version
      identity = try await Enrolment.renew(identity, key, keys, version: version, on: platform)
      try folder.keep(identity)
      session = PlatformSession(platform, identity, key)
      // Reports of the device that was removed are about rollouts that this one is not in.
      outbox = Outbox()
      outbox.keep(in: folder)
      say("enrolled as device \(identity.device)")
      let device = identity.device
      return try await session.run { try await body($0, device) }
    }
  }

  /// Logs a line.
  func say(_ line: String) { hooks.log(Trouble.line(line)) }
}
