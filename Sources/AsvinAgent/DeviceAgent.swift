import AsvinBundle
import AsvinInstaller
import AsvinPlatformAPI
public import AsvinPublisher
public import AsvinRelease
import AsvinVerifier

/// What a device does with what it is given: the part that differs from one gateway to another.
public struct DeviceHooks: Sendable {
  /// Whether the release that was started works: told the folder's path of its image, and its version.
  public var works: @Sendable (_ image: String, _ version: String) async -> Bool
  /// Starts the device anew, with what is pending. Where it returns false, the agent goes on as if it had.
  public var restart: @Sendable () async -> Bool
  /// Told what happens, a line at a time.
  public var log: @Sendable (String) -> Void

  /// Hooks of a device that always works, and needs no restart.
  public init(
    works: @escaping @Sendable (String, String) async -> Bool = { _, _ in true },
    restart: @escaping @Sendable () async -> Bool = { false }, log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.works, self.restart, self.log) = (works, restart, log)
  }
}

/// A device: polls, verifies, fetches, installs, tries, and confirms or goes back.
public actor DeviceAgent {
  /// What came of a poll.
  public enum Outcome: Equatable, Sendable {
    /// There was nothing.
    case nothing
    /// A release was installed, and confirmed.
    case updated(String)
    /// A release was installed and tried, and the device went back.
    case reverted(String)
    /// A release was rejected, or could not be installed: the reason's code.
    case failed(UInt8)
    /// A release is pending: the device is to start anew.
    case pending(String)
  }

  let folder: DeviceFolder
  let identity: DeviceIdentity
  let session: PlatformSession
  let hooks: DeviceHooks
  private var outbox: Outbox

  /// The device of a folder.
  ///
  /// - Throws: ``Failure`` where the folder holds none.
  public init(_ folder: DeviceFolder, on platform: PlatformConnection, hooks: DeviceHooks) throws(Failure) {
    self.folder = folder
    self.hooks = hooks
    identity = try folder.identity()
    session = PlatformSession(platform, identity, try folder.key())
    outbox = try folder.read("outbox.json", as: Outbox.self) ?? Outbox()
  }

  /// What runs: its version and sequence number.
  ///
  /// - Throws: ``Failure`` where the folder is damaged.
  public func running() throws -> (version: String, sequence: UInt64) {
    let content = try runningBank().content
    return (content.version, content.sequence)
  }

  /// To be called once when the device starts: tries what is pending, and goes back from what was not confirmed.
  ///
  /// - Throws: ``Failure``.
  public func start() async throws -> Outcome {
    let region = try bootRegion()
    var boot = bootState(region)
    let candidate = boot.candidate
    let start = try boot.begin()
    try region.file.flush()
    guard let candidate, let bank = try banks().bank(of: candidate.sequence), let content = try banks()[bank] else {
      return try await tellWhatBecame(of: boot)
    }
    if case .trial(let slot) = start {
      // What was started is what runs now, and may confirm itself.
      boot = BootState(region, running: RunningImage(slot: slot), factory: factory)
      hooks.log("\(content.version) is on trial")
      if await hooks.works(folder.image(0, in: bank), content.version) {
        _ = try boot.confirm()
        try region.file.flush()
        hooks.log("\(content.version) is confirmed")
        try await tell(DeviceEventRequest(event: .confirmed), trial: nil)
        return .updated(content.version)
      }
      try boot.revert()
      try region.file.flush()
    } else if case .confirmed = start {
      return .nothing
    }
    hooks.log("\(content.version) was not confirmed; back to what ran before")
    try await tell(DeviceEventRequest(event: .failed, reason: Int(Reason.notConfirmed.rawValue)), trial: nil)
    return .reverted(content.version)
  }

  /// The power went between what became of an update and the word of it: it is told now.
  private func tellWhatBecame(of boot: BootState<FileRegion>) async throws -> Outcome {
    guard let trial = outbox.trial else { return .nothing }
    let isConfirmed = boot.sequence == trial
    let event = DeviceEventRequest(
      event: isConfirmed ? .confirmed : .failed, reason: isConfirmed ? nil : Int(Reason.notConfirmed.rawValue))
    try await tell(event, trial: nil)
    return .nothing
  }

  /// Asks once, and does what there is to do.
  ///
  /// - Throws: ``Failure`` where the platform is not reached: what was begun goes on with the next poll.
  public func poll() async throws -> Outcome {
    try await deliver()
    if bootState(try bootRegion()).phase == .pending { return try await restart() }
    let running = try runningBank().content
    let query = UpdateQuery(
      version: running.version, sequence: running.sequence,
      images: running.images.map { SlotImage(slot: $0.slot, size: $0.size, digest: $0.digest) },
      features: ReleasePlan.features, memory: ReleasePlan.memory)
    let path = "/v2/devices/\(identity.device)/next"
    guard let update = try await session.run({ try await $0.ask(.post, path, query, as: UpdateReply.self) }) else {
      return .nothing
    }
    outbox.rollout = update.rollout
    try folder.write(outbox, to: "outbox.json")
    let sequence: UInt64
    do {
      let floor = bootState(try bootRegion()).floor
      let plan = try ReleasePlan([UInt8](update.envelope), for: identity, floor: floor, running: running)
      hooks.log("\(plan.version) is accepted, sequence number \(plan.sequence)")
      try await install(plan, over: running)
      sequence = plan.sequence
    } catch let rejection as Rejection {
      return try await fail(rejection.reason)
    } catch let error as InstallError {
      return try await fail(error.reason)
    } catch let failure as Failure where failure.reason != nil {
      return try await fail(failure.reason ?? .flashFailed)
    }
    try await tell(DeviceEventRequest(event: .installed), trial: sequence)
    return try await restart()
  }

  private func restart() async throws -> Outcome {
    if await hooks.restart() {
      let candidate = bootState(try bootRegion()).candidate
      let version = try candidate.flatMap { candidate in
        try banks().bank(of: candidate.sequence).flatMap { try banks()[$0]?.version }
      }
      return .pending(version ?? "")
    }
    return try await start()
  }

  private func fail(_ reason: Reason) async throws -> Outcome {
    hooks.log("the release is rejected: \(reason.name)")
    try await tell(DeviceEventRequest(event: .failed, reason: Int(reason.rawValue)))
    return .failed(reason.rawValue)
  }
}

// Reports.
extension DeviceAgent {
  /// As ``tell(_:)``, and notes in the same step what is to be told next.
  private func tell(_ event: DeviceEventRequest, trial: UInt64?) async throws {
    outbox.trial = trial
    try await tell(event)
  }

  /// Tells the platform, now or when it is reached again.
  func tell(_ event: DeviceEventRequest) async throws {
    guard let rollout = outbox.rollout else { return }
    outbox.add(event, about: rollout)
    try folder.write(outbox, to: "outbox.json")
    do {
      try await deliver()
    } catch let failure as Failure where failure.kind == .unreachable {
      hooks.log("the platform is not reached; it is told later")
    }
  }

  private func deliver() async throws {
    while let letter = outbox.letters.first {
      let path = "/v2/devices/\(identity.device)/rollouts/\(letter.rollout)/events"
      do {
        _ = try await session.run { try await $0.ask(.post, path, letter.event, as: DeviceEventReply.self) }
      } catch let failure as Failure where failure.kind == .inputMissing {
        // The rollout, or this device's part in it, is gone: there is nobody to tell.
        hooks.log(failure.message)
      }
      outbox.removeFirst()
      try folder.write(outbox, to: "outbox.json")
    }
  }
}

// What is on the disk.
extension DeviceAgent {
  func banks() throws(Failure) -> Banks { try folder.read("banks.json", as: Banks.self) ?? Banks() }

  func bootRegion() throws -> FileRegion {
    try FileRegion(folder.file("boot"), room: UInt64(2 * FileRegion.blockBytes))
  }

  func bootState(_ region: FileRegion) -> BootState<FileRegion> {
    BootState(region, running: .nothing, factory: factory)
  }

  /// An update that is interrupted on trial is reverted, because its check may be what interrupts it.
  private var factory: FactoryState {
    FactoryState(floor: identity.factorySequence, sequence: identity.factorySequence, trialStarts: 1)
  }

  /// The bank that runs, and what stands in it.
  func runningBank() throws -> (bank: Bank, content: BankContent) {
    let sequence = bootState(try bootRegion()).sequence
    let banks = try banks()
    guard let bank = banks.bank(of: sequence), let content = banks[bank] else {
      throw Failure(
        .failed, "no bank holds what runs, sequence number \(sequence)",
        hint: "remove the folder, and enrol the device anew")
    }
    return (bank, content)
  }
}
