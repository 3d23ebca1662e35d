import AsvinHost
import AsvinInstaller
import AsvinPlatformAPI
import AsvinVerifier

extension DeviceAgent {
  /// The work of ``start()``.
  func begin() async throws -> Outcome {
    try repair()
    var state = try state()
    if isTrial { return try await judge(&state) }
    guard let candidate = state.candidate else {
      // A record of a candidate that no bank holds.
      if state.boot.phase != .confirmed { try change { try $0.revert() } }
      return try await begin(without: state)
    }
    if candidate.content.isConfirmed == true {
      return try await confirm(candidate.bank, candidate.content, &state)
    }
    let version = candidate.content.version
    switch state.boot.phase {
    case .pending:
      if let running = hooks.running, running != candidate.bank.rawValue {
        return try await goBack(version, &state, "\(version) was not started: bank \(running) runs")
      }
      if hooks.restart != nil,
        try owedStart().map({ $0.sequence != candidate.content.sequence || !$0.hasHappened }) ?? true
      {
        if let outcome = try await awaitedStart() { return outcome }
      }
      // Read before the trial begins, which a lost process would end.
      guard try folder.damagedSlots(candidate.content, in: candidate.bank).isEmpty else {
        return try await goBack(version, &state, "\(version) is damaged on the disk")
      }
      // Set before the record is written: should that fail, the next try of this start is still the trial.
      isTrial = true
      try change { _ = try $0.begin() }
      attempt { try keep(nil) }
      say("\(version) is on trial")
      return try await judge(&state)
    case .trial:
      return try await goBack(version, &state, "\(version) was started and not confirmed")
    case .leaving:
      return try await goBack(version, &state, "\(version) was given up")
    case .confirmed:
      return .nothing
    }
  }

  /// Has the check decide about the release on trial.
  private func judge(_ state: inout DeviceState) async throws -> Outcome {
    guard let candidate = try self.state().candidate else { return .nothing }
    let version = candidate.content.version
    switch await hooks.check(hookRelease(candidate.content, in: candidate.bank)) {
    case .succeeded: return try await confirm(candidate.bank, candidate.content, &state)
    case .failed(let why): return try await goBack(version, &state, "\(version) does not work: \(why)")
    }
  }

  private func confirm(_ bank: Bank, _ content: BankContent, _ state: inout DeviceState) async throws -> Outcome {
    try change(running: bank) { boot in
      if boot.phase == .pending { _ = try boot.begin() }
      guard try boot.confirm() else { throw Failure(.failed, "\(content.version) is not on trial") }
    }
    isTrial = false
    state = try self.state()
    state.banks[bank]?.isConfirmed = true
    let banks = state.banks
    attempt {
      try folder.write(banks, to: DeviceFolder.banksFile)
      try keep(nil)
    }
    damaged = []
    say("\(content.version) is confirmed")
    await finish(DeviceEventRequest(event: .confirmed), content)
    return .updated(content.version)
  }

  private func goBack(_ version: String, _ state: inout DeviceState, _ why: String) async throws -> Outcome {
    let content = state.candidate?.content
    try change { try $0.revert() }
    isTrial = false
    state = try self.state()
    say("\(why); back to \(state.running.content.version)")
    await finish(DeviceEventRequest(event: .failed, reason: Int(Reason.notConfirmed.rawValue)), content)
    // What runs now is the update, unless the boot loader says that it is not.
    if hooks.running == state.running.bank.rawValue {
      attempt { try keep(nil) }
    } else {
      _ = try await restart(state.running.content, in: state.running.bank, isReturn: true)
    }
    return .reverted(version)
  }

  /// A start without a candidate: reports what became of an update, if power was lost before that was reported.
  private func begin(without state: DeviceState) async throws -> Outcome {
    if let trial = outbox.trial {
      let isConfirmed = state.running.content.sequence == trial
      let reason = isConfirmed ? nil : Int(Reason.notConfirmed.rawValue)
      await finish(DeviceEventRequest(event: isConfirmed ? .confirmed : .failed, reason: reason), nil)
    }
    if let owed = try owedStart() {
      if owed.isReturn, !owed.hasHappened, let outcome = try await awaitedStart() { return outcome }
      if !owed.isReturn || owed.hasHappened { attempt { try keep(nil) } }
    }
    return .nothing
  }

  /// Reports how an update ended.
  private func finish(_ event: DeviceEventRequest, _ content: BankContent?) async {
    outbox.trial = nil
    guard let rollout = content?.rollout ?? outbox.rollout else { return outbox.keep(in: folder) }
    await report(event, about: rollout)
  }

  /// Changes the boot record; it is on the disk when this returns.
  func change(running: Bank? = nil, _ body: (inout BootState<FileRegion>) throws -> Void) throws {
    let region = try folder.bootRegion()
    var boot = try DeviceState(folder.banks(identity), region, identity, running: running).boot
    do {
      try body(&boot)
      try region.file.flush()
    } catch let error as InstallError {
      if let failure = region.file.failure { throw failure }
      throw error
    }
  }
}
