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
      firmware: ID(body.firmware), maintainer: maintainer, times: try TimeRules(body.times, batch),
      needsApproval: body.needsApproval ?? false)
  }
}

extension BatchRules {
  init(_ message: BatchMessage) throws {
    let waves = message.waves.compactMap { BatchRules.Wave(text: $0[...]) }
    let window = try message.window.map { window in
      let days = window.days ?? Weekday.allCases
      guard
        let window = DailyWindow(
          from: window.from.minutes, until: window.until.minutes, days: Set(days),
          isDeviceTime: window.isDeviceTime ?? false)
      else {
        throw Refusal.malformed("batch.window is empty")
      }
      return window
    }
    let rules = BatchRules(
      waves: waves, successThreshold: message.successThreshold ?? 100, failureThreshold: message.failureThreshold,
      retries: message.retries ?? 0, window: window, success: message.success ?? .confirmed,
      endsWhenDone: message.endsWhenDone ?? true,
      pace: Pace(
        soak: message.soak ?? 0, atOnce: message.atOnce, bytesPerSecond: message.bytesPerSecond,
        stalled: message.stalled ?? .failure))
    guard let rules, waves.count == message.waves.count else {
      throw Refusal.malformed("batch.waves has a percentage above 100")
    }
    self = rules
  }

  var message: BatchMessage {
    BatchMessage(
      waves: waves.map(\.text), successThreshold: successThreshold, failureThreshold: failureThreshold,
      retries: retries, window: window?.message, success: success, endsWhenDone: endsWhenDone, soak: pace.soak,
      atOnce: pace.atOnce, bytesPerSecond: pace.bytesPerSecond, stalled: pace.stalled)
  }
}

extension DailyWindow {
  fileprivate var message: WindowMessage {
    WindowMessage(
      from: first.timeOfDay, until: end.timeOfDay,
      days: days.count < 7 ? Weekday.allCases.filter(days.contains) : nil, isDeviceTime: isDeviceTime ? true : nil)
  }
}

extension TimeRules {
  /// Creates the rules of a request. Zero means without a limit, and a missing number is the default.
  fileprivate init(_ message: TimesMessage?, _ batch: BatchRules?) throws {
    let standard = TimeRules.standard(for: batch)
    let number = { (given: Int64?, standard: Int64?) in given == 0 ? nil : given ?? standard }
    let rules = TimeRules(
      offered: number(message?.offered, standard.offered),
      downloading: number(message?.downloading, standard.downloading),
      installed: number(message?.installed, standard.installed),
      deadline: number(message?.deadline, standard.deadline))
    guard let rules else { throw Refusal.malformed("times has a number that is out of range") }
    self = rules
  }

  fileprivate var message: TimesMessage {
    TimesMessage(
      offered: offered ?? 0, downloading: downloading ?? 0, installed: installed ?? 0, deadline: deadline ?? 0)
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
    waits = rollout.isUnapproved ? "the approval of a second person" : rollout.waiting(members: members)?.text
    (times, needsApproval) = (plan.times.message, plan.needsApproval ? true : nil)
    groupNames = try plan.groups.sorted().map { VisibleText.cleaned(try rows.deviceGroup($0)?.name ?? "") }
    waveSizes = (0...plan.rules.waves.count).map { plan.rules.quota(of: $0, members: members) }
    if let known = try rows.firmware(plan.firmware) {
      (firmwareName, firmwareVersion) = (VisibleText.cleaned(known.name), VisibleText.cleaned(known.version))
      fileGroup = try rows.fileGroup(known.fileGroup).map { VisibleText.cleaned($0.name) }
    }
    approvedBy = rollout.approvedBy.map(VisibleText.cleaned)
    age = plan.times.deadline.map { min(rollout.age, $0) }
    soaked = rollout.thresholdMet.map { rollout.elapsed - $0 }
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
      failed > 0 ? "\(failed) of \(admitted) failed\(stalled > 0 ? " or stalled" : "")" : nil,
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
