import AsvinPlatform
import AsvinPlatformAPI

extension RolloutPlan.Priority {
  init(_ body: RolloutRequest) throws {
    switch (body.priority, body.batch) {
    case (.immediately, nil): self = .immediately
    case (.immediately, _?): throw Refusal.malformed("batch is for the priority batch")
    case (.batch, let batch): self = .batch(try BatchRules(batch ?? BatchMessage(waves: [])))
    }
  }
}

extension BatchRules {
  init(_ message: BatchMessage) throws {
    let waves = message.waves.compactMap { BatchRules.Wave(text: $0[...]) }
    let window = try message.window.map { window in
      guard let window = DailyWindow(from: window.from.minutes, until: window.until.minutes) else {
        throw Refusal.malformed("batch.window is empty")
      }
      return window
    }
    let rules = BatchRules(
      waves: waves, successThreshold: message.successThreshold ?? 100, failureThreshold: message.failureThreshold,
      retries: message.retries ?? 0, window: window, success: message.success == .installed ? .installed : .confirmed,
      endsWhenDone: message.endsWhenDone ?? true)
    guard let rules, waves.count == message.waves.count else {
      throw Refusal.malformed("batch.waves has a percentage above 100")
    }
    self = rules
  }

  var message: BatchMessage {
    BatchMessage(
      waves: waves.map(\.text), successThreshold: successThreshold, failureThreshold: failureThreshold,
      retries: retries, window: window.map { WindowMessage(from: $0.first.timeOfDay, until: $0.end.timeOfDay) },
      success: success == .installed ? .installed : .confirmed, endsWhenDone: endsWhenDone)
  }
}

extension RolloutReply {
  init(_ rollout: Rollout, disables: [Displacement] = [], in rows: any PlatformRows) throws {
    let (plan, tally, members) = (rollout.plan, rollout.tally, try rows.members(of: rollout))
    var batch: BatchMessage?
    if case .batch(let rules) = plan.priority { batch = rules.message }
    self.init(
      id: rollout.id.value, name: VisibleText.cleaned(plan.name), firmware: plan.firmware.value,
      groups: plan.groups.map(\.value).sorted(),
      priority: batch == nil ? .immediately : .batch, phase: PhaseName(rollout.phase), isDisabled: rollout.isDisabled,
      maintainer: VisibleText.cleaned(plan.maintainer), wave: rollout.wave, members: members,
      tally: TallyMessage(
        offered: tally.offered, downloading: tally.downloading, installed: tally.installed, confirmed: tally.confirmed,
        failed: tally.failed, skipped: tally.skipped),
      batch: batch, start: plan.start?.seconds, started: rollout.started?.seconds)
    inGroups = try plan.groups.reduce(0) { try $0 + (rows.deviceGroup($1)?.members ?? 0) }
    done = tally.succeeded(plan.priority.rules) + tally.skipped
    waits = rollout.waiting(members: members)?.text
    if !rollout.disabledGroups.isEmpty { disabledGroups = rollout.disabledGroups.map(\.value).sorted() }
    if !disables.isEmpty {
      self.disables = disables.map { displaced in
        DisplacedRollout(
          id: displaced.rollout.id.value, name: VisibleText.cleaned(displaced.rollout.plan.name),
          groups: displaced.groups.map(\.value).sorted())
      }
    }
  }
}

extension Rollout.Waiting {
  /// As operators read it.
  fileprivate var text: String {
    let parts = [
      failed > 0 ? "\(failed) of \(admitted) failed" : nil,
      unconfirmed > 0 ? "\(unconfirmed) of \(admitted) installed, not confirmed" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: "; ")
  }
}

extension PhaseName {
  fileprivate init(_ phase: Rollout.Phase) {
    switch phase {
    case .planned: self = .planned
    case .running: self = .running
    case .paused(.byOperator): self = .paused
    case .paused(.failures): self = .stopped
    case .finished: self = .finished
    case .aborted: self = .aborted
    }
  }
}

extension String {
  /// Minutes since midnight of `HH:MM`.
  fileprivate var minutes: Int {
    split(separator: ":").reduce(0) { $0 * 60 + (Int($1) ?? 0) }
  }
}

extension Int {
  /// `HH:MM` of minutes since midnight.
  fileprivate var timeOfDay: String {
    let (hour, minute) = (self / 60, self % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }
}
