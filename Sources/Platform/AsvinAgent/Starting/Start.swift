import AsvinHost
import AsvinInstaller
import AsvinPlatformAPI
import AsvinVerifier

extension DeviceAgent {
  /// The work of ``start()``.
  func begin() async throws -> Outcome {
    try await establishRunning()
    try repair()
    var state = try state()
    if isTrial { return try await check(&state) }
    guard let candidate = state.candidate else {
      // The boot record has a candidate that no slot set has.
      if state.boot.phase != .confirmed { try change { try $0.revert() } }
      if let outcome = try await settleBank(&state) { return outcome }
      return try await begin(without: state)
    }
    if candidate.content.isConfirmed == true {
      return try await confirm(candidate.slotSet, candidate.content, &state)
    }
    let version = candidate.content.version
    switch state.boot.phase {
    case .pending:
      let isAwaited = try owedStart().map { $0.sequence != candidate.content.sequence || !hasHappened($0) } ?? true
      if let running = runningSlotSet, running != candidate.slotSet {
        // Only the agent was started again, or the boot loader was not prepared before power was lost.
        if isSystemStart, isAwaited, let outcome = try await awaitedStart() { return outcome }
        return try await revert(version, &state, "\(version) was not started: bank \(running.rawValue) runs")
      }
      if !isSystemStart, hooks.restart != nil, isAwaited, let outcome = try await awaitedStart() { return outcome }
      // Checked before the trial begins, because the end of the process would end the trial.
      try folder.requirePlaces(candidate.content, in: candidate.slotSet, of: identity)
      guard try folder.damagedSlots(candidate.content, in: candidate.slotSet, of: identity).isEmpty else {
        return try await revert(version, &state, "\(version) is damaged on the disk")
      }
      // Set before the record is written. If the write fails, the next attempt of this start is still the trial.
      isTrial = true
      try change { _ = try $0.begin() }
      attempt { try keep(nil) }
      log("\(version) is on trial")
      return try await check(&state)
    case .trial:
      if try isChecked(candidate.content), runningSlotSet == candidate.slotSet {
        log("\(version) had passed its check; it is checked again")
        isTrial = true
        return try await check(&state)
      }
      return try await revert(version, &state, "\(version) was started and not confirmed")
    case .leaving:
      return try await revert(version, &state, "\(version) was abandoned")
    case .confirmed:
      return .nothing
    }
  }

  /// Runs the check of the release on trial.
  private func check(_ state: inout AgentState) async throws -> Outcome {
    guard let candidate = try self.state().candidate else { return .nothing }
    let version = candidate.content.version
    watchdog.expect(within: 3 * hooks.longestHook + 60)
    switch await hooks.check(hookRelease(candidate.content, in: candidate.slotSet)) {
    case .succeeded: break
    case .failed(let why): return try await revert(version, &state, "\(version) does not work: \(why)")
    }
    if let markGood = hooks.markGood {
      // Stored first. After a loss of power, the boot loader may start the release for good already.
      do {
        try folder.write(CheckedTrial(sequence: candidate.content.sequence), to: CheckedTrial.file)
      } catch {
        let why = "\(version) is not confirmed: \(AgentFailure.failure(error).message)"
        return try await revert(version, &state, why)
      }
      if case .failed(let why) = await markGood(hookRelease(candidate.content, in: candidate.slotSet)) {
        return try await revert(version, &state, "\(version) is not confirmed: --mark-good failed: \(why)")
      }
    }
    return try await confirm(candidate.slotSet, candidate.content, &state)
  }

  private func confirm(_ slotSet: SlotSet, _ content: SlotSetContent, _ state: inout AgentState) async throws
    -> Outcome
  {
    try change(running: slotSet) { boot in
      if boot.phase == .pending { _ = try boot.begin() }
      guard try boot.confirm() else { throw Failure(.failed, "\(content.version) is not on trial") }
    }
    isTrial = false
    state = try self.state()
    state.sets[slotSet]?.isConfirmed = true
    state.sets.fallback = nil
    let sets = state.sets
    attempt {
      try folder.write(sets, to: DeviceFolder.slotSetsFile)
      try keep(nil)
      try FileSystem.remove(folder.file(CheckedTrial.file))
    }
    damaged = []
    log("\(content.version) is confirmed")
    await finish(DeviceEventRequest(event: .confirmed), content)
    return .updated(content.version)
  }

  private func revert(_ version: String, _ state: inout AgentState, _ why: String) async throws -> Outcome {
    let content = state.candidate?.content
    try change { try $0.revert() }
    isTrial = false
    attempt { try FileSystem.remove(folder.file(CheckedTrial.file)) }
    state = try self.state()
    log("\(why); reverting to \(state.running.content.version)")
    await finish(DeviceEventRequest(event: .failed, reason: Int(Reason.notConfirmed.rawValue)), content)
    // The update is still running, unless the boot loader reports the slot set that was reverted to.
    if runningSlotSet == state.running.slotSet {
      attempt { try keep(nil) }
    } else {
      _ = try await restart(state.running.content, in: state.running.slotSet, isReturn: true)
    }
    return .reverted(version)
  }

  /// Performs a start without a candidate. It reports the result of an update if power was lost before the report.
  private func begin(without state: AgentState) async throws -> Outcome {
    if let trial = outbox.trial {
      let isConfirmed = state.running.content.sequence == trial
      let reason = isConfirmed ? nil : Int(Reason.notConfirmed.rawValue)
      await finish(DeviceEventRequest(event: isConfirmed ? .confirmed : .failed, reason: reason), nil)
    }
    if let owed = try owedStart() {
      if owed.isReturn, !hasHappened(owed), let outcome = try await awaitedStart() { return outcome }
      if !owed.isReturn || hasHappened(owed) { attempt { try keep(nil) } }
    }
    await markRunningGood(state)
    return .nothing
  }

  /// Reports the result of an update.
  private func finish(_ event: DeviceEventRequest, _ content: SlotSetContent?) async {
    outbox.trial = nil
    guard let rollout = content?.rollout ?? outbox.rollout else { return outbox.keep(in: folder) }
    await report(event, about: rollout)
  }

  /// Changes the boot record durably.
  func change(running: SlotSet? = nil, _ body: (inout BootState<FileRegion>) throws -> Void) throws {
    let region = try folder.bootRegion()
    var boot = try AgentState(folder.slotSets(identity), region, identity, running: running).boot
    do {
      try body(&boot)
      try region.file.flush()
    } catch let error as InstallError {
      if let failure = region.file.failure { throw failure }
      throw error
    }
  }
}
