package import AsvinHost
import AsvinInstaller
import AsvinPlatformAPI
package import AsvinPlatformClient
import AsvinVerifier

/// The agent of a device. It polls, verifies, fetches and installs releases, tries them, and confirms or reverts them.
///
/// One value is one start of the device. The start that installs a release never tries it; the next start does.
package actor DeviceAgent {
  /// The result of a poll or a start.
  package enum Outcome: Equatable, Sendable {
    /// There was nothing to do.
    case nothing
    /// A release on trial was confirmed.
    case updated(String)
    /// A release on trial was not confirmed, and the device reverts it.
    case reverted(String)
    /// A release was rejected or could not be installed, with the reason code.
    case failed(UInt8)
    /// A release is installed, and the next start tries it.
    case pending(String)
    /// The device must be restarted for a release, and the restart hook failed, with the cause.
    case waiting(String, String)
    /// The device did not allow the installation of a release now.
    case postponed(String)
    /// The platform withdrew a release before it was tried.
    case withdrawn(String)
  }

  /// The agent has a thread of its own, because its disk I/O would block one of the few threads that all tasks share.
  private let executor = AgentExecutor()
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  let folder: DeviceFolder
  let hooks: DeviceHooks
  let platform: PlatformConnection
  private let lock: FolderLock
  var identity: DeviceIdentity
  var session: PlatformSession
  var outbox: Outbox
  /// The rollouts that the platform reported as ended for this device.
  var withdrawn: Set<Int64> = []
  /// The running slots whose image is not the installed one.
  var damaged: Set<UInt64> = []
  /// Whether ``start()`` has completed.
  private(set) var isStarted = false
  /// The slot set that the boot loader started; `nil` if it does not report it.
  var runningSlotSet: SlotSet?
  /// The source of the payloads of the current update.
  var source = PayloadSource.platform
  /// The rollout of an update from a bundle file.
  static let noRollout: Int64 = 0
  let watchdog = AgentWatchdog()
  /// Whether this start began the trial of the candidate.
  var isTrial = false
  /// Whether the agent must end, because another release is to be started.
  package internal(set) var mustEnd = false
  /// The seconds after which the platform requests the next poll.
  var pace: Double?
  /// The earliest time of another enrolment, if the platform does not know the device.
  var nextEnrolment = ContinuousClock.now

  /// Opens the device of a folder and locks the folder.
  ///
  /// - Throws: ``Failure`` if the folder has no device, or another process uses it.
  package init(_ folder: DeviceFolder, on platform: PlatformConnection, hooks: DeviceHooks) throws(Failure) {
    (self.folder, self.hooks, self.platform) = (folder, hooks, platform)
    identity = try folder.identity()
    lock = try folder.lock()
    session = PlatformSession(platform, identity, try folder.key())
    do {
      outbox = try Outbox.kept(in: folder)
    } catch {
      throw AgentFailure.failure(error)
    }
  }

  /// Returns the version and the sequence number of the running release.
  ///
  /// - Throws: ``Failure`` if nothing on the disk records it.
  package func running() throws -> (version: String, sequence: UInt64) {
    let content = try state().running.content
    return (content.version, content.sequence)
  }

  /// Performs the work of a start once: repairs damaged state, tries a pending release, reverts a release that was not
  /// confirmed, and reports the result of an update.
  ///
  /// - Throws: ``Failure``, `FileError`, `InstallError`. After an error it can be called again.
  package func start() async throws -> Outcome {
    guard !isStarted else { return .nothing }
    let outcome = try await begin()
    isStarted = true
    return outcome
  }

  /// Polls once, and installs the release that the platform offers.
  ///
  /// - Throws: ``Failure``, `FileError`, `InstallError`. The next poll resumes an interrupted installation.
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
      // The report of the confirmation was lost.
      await report(DeviceEventRequest(event: .confirmed), about: update.rollout)
      return .nothing
    }
    return try await install(update, over: state)
  }

  /// Asks the platform for the next release.
  private func ask(_ running: SlotSetContent) async throws -> UpdateReply? {
    let query = UpdateQuery(
      version: running.version, sequence: running.sequence,
      // A patch of a damaged image would fail.
      images: running.images.filter { !damaged.contains($0.slot) }, features: ReleasePlan.features,
      memory: ReleasePlan.memory, utcOffset: hooks.utcOffset())
    let reply = try await authorised { platform, device in
      try await platform.exchange(.post, "/v2/devices/\(device)/next", query, as: UpdateReply.self)
    }
    pace = reply.retryAfter
    return reply.content
  }

  /// Whether the platform still offers an update. An operator may have stopped it during the download.
  func isOffered(_ update: UpdateReply, over running: SlotSetContent) async throws -> Bool {
    guard !withdrawn.contains(update.rollout), let now = try await ask(running) else { return false }
    return now.rollout == update.rollout && now.release == update.release
  }

  /// Runs a request as the device. A device that the platform no longer knows enrols again, if it has the workspace keys.
  func authorised<Result: Sendable>(
    _ body: @Sendable (_ platform: PlatformConnection, _ device: Int64) async throws -> Result
  ) async throws -> Result {
    do {
      let device = identity.device
      return try await session.run { try await body($0, device) }
    } catch is UnknownDevice {
      guard let keys = hooks.keys, .now >= nextEnrolment else { throw UnknownDevice.failure(folder) }
      nextEnrolment = .now + .seconds(600)
      log("the platform does not know this device; it enrols again")
      let key = try folder.key()
      let version = try state().running.content.version
      identity = try await DeviceEnrolment.renew(identity, key, keys, version: version, on: platform)
      try folder.keep(identity)
      session = PlatformSession(platform, identity, key)
      // The pending reports concern rollouts of the removed device.
      outbox = Outbox()
      outbox.keep(in: folder)
      log("enrolled as device \(identity.device)")
      let device = identity.device
      return try await session.run { try await body($0, device) }
    }
  }

  /// Logs a line.
  func log(_ line: String) { hooks.log(AgentFailure.line(line)) }
}
