import AsvinHost
import AsvinInstaller

/// A release on trial that passed its check. It is stored before the boot loader is asked to keep it.
struct CheckedTrial: Codable {
  static let file = "checked.json"

  let sequence: UInt64
}

// The steps of a start that depend on the bank that the boot loader reports.
extension DeviceAgent {
  /// The number of restarts for the same release after which the agent stops restarting the device.
  private static let mostAttempts = 3

  /// Establishes the running bank of a device whose boot loader reports it.
  ///
  /// - Throws: ``Failure``. The agent does nothing before the bank is known.
  func establishRunning() async throws {
    guard runningSlotSet == nil else { return }
    guard isSystemStart else { return runningSlotSet = hooks.running.flatMap(SlotSet.init) }
    watchdog.expect(within: 2 * hooks.longestHook + 60)
    runningSlotSet = try await RunningBank.find(identity.places ?? [], hooks)
  }

  /// Whether the release on trial passed its check before power was lost.
  func isChecked(_ content: SlotSetContent) throws -> Bool {
    try folder.load(CheckedTrial.file, as: CheckedTrial.self).value?.sequence == content.sequence
  }

  /// Compares the running bank with the recorded one if no update is in progress.
  ///
  /// - Returns: the result if the device must be restarted; `nil` if the start continues.
  /// - Throws: ``Failure`` if the boot loader does not start a bank that may run.
  func settleBank(_ state: inout AgentState) async throws -> Outcome? {
    guard isSystemStart, let running = runningSlotSet, running != state.running.slotSet else { return nil }
    let expected = state.running
    if let older = state.sets[running], older.isConfirmed == true {
      let newest = state.sets.newestConfirmed.flatMap { state.sets.slotSet(of: $0.sequence) }
      state.sets.fallback = newest == running ? nil : running
      log(
        "bank \(running.rawValue) with \(older.version) runs, and not \(expected.content.version) in bank \(expected.slotSet.rawValue)"
      )
      try folder.write(state.sets, to: DeviceFolder.slotSetsFile)
      try change(running: running) { _ = try $0.begin() }
      state = try self.state()
      damaged = try folder.damagedSlots(state.running.content, in: running, of: identity)
      return nil
    }
    // A release that was never confirmed runs, although the device should have reverted it.
    var owed = try owedStart()
    let isAwaited = owed.map { $0.isReturn && !hasHappened($0) } ?? false
    let attempts = isAwaited ? owed?.attempts ?? 0 : (owed?.attempts ?? 0) + 1
    guard attempts <= Self.mostAttempts else {
      throw Failure(
        .failed, "the boot loader starts bank \(running.rawValue), whose release is not confirmed",
        hint: "let it start bank \(expected.slotSet.rawValue), and check --activate")
    }
    owed = OwedStart(
      sequence: expected.content.sequence, isReturn: true, boot: hooks.systemStart(), progress: .owed,
      attempts: attempts)
    try keep(owed)
    log("bank \(running.rawValue) runs, whose release is not confirmed; returning to \(expected.content.version)")
    let why = try await restart(expected.content, in: expected.slotSet, isReturn: true)
    return why.map { .waiting(expected.content.version, $0) } ?? .pending(expected.content.version)
  }

  /// Reports to the boot loader at each start that the confirmed release works, because some boot loaders count starts. An
  /// error is logged, because the boot loader then starts the other bank, and its release is reported.
  func markRunningGood(_ state: AgentState) async {
    guard isSystemStart, let markGood = hooks.markGood, runningSlotSet == state.running.slotSet else { return }
    if case .failed(let why) = await markGood(hookRelease(state.running.content, in: state.running.slotSet)) {
      log("--mark-good failed for \(state.running.content.version): \(why)")
    }
  }
}
