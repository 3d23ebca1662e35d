import AsvinPlatform
import AsvinPlatformAPI

extension RolloutPlan {
  init(_ body: RolloutRequest, maintainer: String) throws {
    if body.priority == .immediately, body.batch != nil {
      throw Refusal.malformed("batch is only allowed with the priority batch")
    }
    let batch = body.priority == .batch ? try BatchRules(body.batch ?? BatchMessage(waves: [])) : nil
    self.init(
      name: body.name, batch: batch, start: body.start.map { Instant($0) }, groups: Set(body.groups.map { ID($0) }),
      firmware: ID(body.firmware), maintainer: maintainer)
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
      retries: message.retries ?? 0, window: window, success: message.success ?? .confirmed,
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
      success: success, endsWhenDone: endsWhenDone)
  }
}

extension RolloutReply {
  init(_ rollout: Rollout, disables: [Displacement] = [], in rows: any ReadTransaction) throws {
    let (plan, tally, members) = (rollout.plan, rollout.tally, try rows.members(of: rollout))
    self.init(
      id: rollout.id.value, name: VisibleText.cleaned(plan.name), firmware: plan.firmware.value,
      groups: plan.groups.map(\.value).sorted(),
      priority: plan.priority, phase: rollout.phase, isDisabled: rollout.isDisabled,
      maintainer: VisibleText.cleaned(plan.maintainer), wave: rollout.wave, members: members,
      tally: tally, batch: plan.batch?.message, start: plan.start?.seconds, started: rollout.started?.seconds)
    inGroups = try plan.groups.reduce(0) { try $0 + (rows.deviceGroup($1)?.members ?? 0) }
    done = tally.succeeded(plan.rules) + tally.skipped
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
  /// The text for operators.
  fileprivate var text: String {
    let parts = [
      failed > 0 ? "\(failed) of \(admitted) failed" : nil,
      unconfirmed > 0 ? "\(unconfirmed) of \(admitted) installed, not confirmed" : nil,
    ]
    return parts.compactMap { $0 }.joined(separator: "; ")
  }
}

extension String {
  /// The minutes since midnight of `HH:MM`.
  fileprivate var minutes: Int {
    split(separator: ":").reduce(0) { $0 * 60 + (Int($1) ?? 0) }
  }
}

extension Int {
  /// Minutes since midnight as `HH:MM`.
  fileprivate var timeOfDay: String {
    let (hour, minute) = (self / 60, self % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }
}
