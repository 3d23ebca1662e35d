import AsvinHost
import AsvinInstaller
import AsvinPlatformAPI

/// A restart of the device that is still to happen, for a release in a slot set. It is stored on disk, because a hook can
/// fail, and the agent can end before the restart happens.
struct OwedStart: Codable, Equatable {
  static let file = "start.json"

  enum Progress: String, Codable {
    /// No hook was run, or the hook failed.
    case owed
    /// A hook was begun. It may have ended the agent.
    case begun
    /// The hook succeeded.
    case done
  }

  /// The sequence number of the release to start.
  var sequence: UInt64
  /// Whether the release ran before an update that failed.
  var isReturn: Bool
  /// The boot id of the system when the restart was requested.
  var boot: String
  var progress: Progress
  /// How often the boot loader started another bank instead.
  var attempts: Int?

  /// Whether the device has been restarted since by its system or by the hook.
  var hasHappened: Bool { progress != .owed || !boot.isEmpty && Self.systemStart != boot }

  /// Whether the system itself has been restarted since the boot loader was prepared. Without a boot id, the hook has been
  /// believed: otherwise a release that the boot loader does not keep would be started again and again.
  func hasHappened(_ systemStart: String) -> Bool {
    progress != .owed && (boot != systemStart || systemStart.isEmpty)
  }

  /// The boot id of the system.
  static var systemStart: String {
    let bytes = try? InputFile("/proc/sys/kernel/random/boot_id").spooled()  // no /proc: the hook is believed
    return String(decoding: (bytes ?? []).filter { $0 > 0x20 }, as: UTF8.self)
  }
}

extension InputFile {
  fileprivate func spooled() throws(FileError) -> [UInt8] { try read(at: 0, count: 64) }
}

extension DeviceAgent {
  func owedStart() throws -> OwedStart? {
    let file = try folder.load(OwedStart.file, as: OwedStart.self)
    // A torn record was being written before the hook was begun.
    return file.isDamaged ? nil : file.value
  }

  func keep(_ owed: OwedStart?) throws {
    if let owed { return try folder.write(owed, to: OwedStart.file) }
    try FileSystem.remove(folder.file(OwedStart.file))
  }

  /// Lets the boot loader start a slot set, and restarts the device with the hooks. Without a restart hook, the agent ends,
  /// or waits for the restart of the system if the boot loader reports the running bank.
  ///
  /// - Returns: why a hook failed; `nil` if both succeeded or there are none.
  func restart(_ content: SlotSetContent, in slotSet: SlotSet, isReturn: Bool) async throws -> String? {
    let release = hookRelease(content, in: slotSet, isReturn: isReturn)
    watchdog.expect(within: 2 * hooks.longestHook + 60)
    var owed = OwedStart(
      sequence: content.sequence, isReturn: isReturn, boot: hooks.systemStart(), progress: .owed,
      attempts: try owedStart().flatMap { $0.isReturn == isReturn ? $0.attempts : nil })
    if let activate = hooks.activate {
      // Stored first: after a loss of power during the hook, it runs again.
      try keepBeforeHook(owed)
      if case .failed(let why) = await activate(release) {
        log("--activate failed for \(content.version): \(why)")
        return "--activate failed: \(why)"
      }
    }
    owed.progress = .begun
    if hooks.restart != nil || isSystemStart { try keepBeforeHook(owed) }
    guard let restart = hooks.restart else {
      mustEnd = !isSystemStart
      if isSystemStart { log("\(content.version) runs after a restart of the system") }
      return nil
    }
    switch await restart(release) {
    case .succeeded:
      owed.progress = .done
      try keepBeforeHook(owed)
      mustEnd = true
      return nil
    case .failed(let why):
      // The machine may restart all the same. Its boot id decides, and the hook runs again as long as it has not.
      owed.progress = isSystemStart ? .begun : .owed
      try keepBeforeHook(owed)
      log("--restart failed for \(content.version): \(why)")
      return "--restart failed: \(why)"
    }
  }

  /// Stores an owed restart. A release that fails is left even if the disk is full, because it may have filled it.
  private func keepBeforeHook(_ owed: OwedStart) throws {
    if owed.isReturn { attempt { try keep(owed) } } else { try keep(owed) }
  }

  func hookRelease(_ content: SlotSetContent, in slotSet: SlotSet, isReturn: Bool = false) -> HookRelease {
    HookRelease(
      version: content.version, sequence: content.sequence, release: content.release, bank: slotSet.rawValue,
      images: content.images.map {
        HookRelease.Image(
          slot: $0.slot, path: folder.place($0.slot, in: slotSet, of: identity)?.path ?? "", size: $0.size,
          digest: $0.digest)
      }, isReturn: isReturn)
  }

  /// Attempts a restart again that has not happened yet.
  ///
  /// - Returns: the result; `nil` if no restart is owed.
  func awaitedStart() async throws -> Outcome? {
    let state = try state()
    if let candidate = state.candidate, state.boot.phase == .pending {
      // The report shows whether the rollout was stopped in the meantime. A second report of the installation changes
      // nothing.
      if let rollout = candidate.content.rollout {
        await report(DeviceEventRequest(event: .installed), about: rollout)
        if withdrawn.contains(rollout) { return try await discard(candidate.content.version) }
      }
      // The boot loader is prepared, and writing its environment again at each poll would wear out the flash.
      if try isPrepared(candidate.content) { return .pending(candidate.content.version) }
      let why = try await restart(candidate.content, in: candidate.slotSet, isReturn: false)
      return why.map { .waiting(candidate.content.version, $0) } ?? .pending(candidate.content.version)
    }
    guard let owed = try owedStart(), owed.isReturn, !hasHappened(owed), hooks.restart != nil || isSystemStart else {
      return nil
    }
    let content = state.running.content
    let why = try await restart(content, in: state.running.slotSet, isReturn: true)
    return why.map { .waiting(content.version, $0) } ?? .pending(content.version)
  }

  /// Whether a start is a start of the system, which the boot loader reports, and not only of the agent.
  var isSystemStart: Bool { hooks.isRunning != nil || identity.places != nil }

  /// Whether an owed restart has happened.
  func hasHappened(_ owed: OwedStart) -> Bool {
    isSystemStart ? owed.hasHappened(hooks.systemStart()) : owed.hasHappened
  }

  /// Whether the boot loader was prepared for a release, and only the restart of the system is missing.
  private func isPrepared(_ content: SlotSetContent) throws -> Bool {
    guard hooks.restart == nil, isSystemStart, let owed = try owedStart() else { return false }
    return !owed.isReturn && owed.sequence == content.sequence && owed.progress == .begun
      && owed.boot == hooks.systemStart()
  }

  /// Discards the pending release, because the platform withdrew it. Its images stay on the disk, so that the same release
  /// is not fetched twice. A boot loader that was prepared for it starts the running release again.
  func discard(_ version: String) async throws -> Outcome {
    try change { try $0.revert() }
    outbox.trial = nil
    outbox.keep(in: folder)
    log("\(version) was withdrawn by the platform; it is not started")
    guard let activate = hooks.activate else {
      attempt { try keep(nil) }
      return .withdrawn(version)
    }
    let running = try state().running
    let content = running.content
    watchdog.expect(within: 2 * hooks.longestHook + 60)
    // Stored first: after a loss of power during the hook, or if it fails, it runs again.
    try keep(OwedStart(sequence: content.sequence, isReturn: true, boot: hooks.systemStart(), progress: .owed))
    switch await activate(hookRelease(content, in: running.slotSet, isReturn: true)) {
    case .succeeded: attempt { try keep(nil) }
    case .failed(let why): log("--activate failed for \(content.version): \(why)")
    }
    return .withdrawn(version)
  }
}
