package import AsvinPlatformAPI

// The time of a rollout. Time-outs, soak times and budgets count the seconds in which the rollout ran while the platform
// served it, and the deadline counts the seconds since its start in which the platform served. Neither reads a clock of the
// day, so that a clock which is set ahead or back, or a platform that was off for a day, lets no device time out.
extension Rollout {
  /// Lets the rollout run.
  package mutating func run(for seconds: Int64) {
    guard phase == .running, !isDisabled, seconds > 0 else { return }
    elapsed += seconds
    guard let rate = plan.rules.pace.bytesPerSecond else { return }
    credit = min(credit + seconds * rate, rate * PlatformLimit.burstSeconds)
  }

  /// Lets the rollout become older. It expires at its deadline, also while it is paused or stopped, so that every rollout
  /// ends.
  package mutating func grow(by seconds: Int64) {
    guard phase != .planned, !isEnded, seconds > 0, let deadline = plan.times.deadline else { return }
    age += seconds
    if age >= deadline { phase = .expired }
  }

  /// Whether the rollout waits for its running time, so that its time must be stored.
  package var needsTime: Bool {
    guard phase == .running, !isDisabled else { return false }
    if plan.times.hasLimits, inFlight > 0 { return true }
    if tally.queued > 0 || thresholdMet != nil { return true }
    guard let rate = plan.rules.pace.bytesPerSecond else { return false }
    return credit < rate * PlatformLimit.burstSeconds
  }

  /// Whether the rollout has a deadline that has not passed.
  package var needsAge: Bool { phase != .planned && !isEnded && plan.times.deadline != nil }

  /// The running time at which a device in a state becomes stalled; `nil` for never.
  package func due(_ state: RecordState, canConfirm: Bool) -> Int64? {
    let limit: Int64? =
      switch state {
      case .offered: plan.times.offered
      case .downloading: plan.times.downloading
      // A device that has succeeded by writing the firmware has nothing more to do.
      case .installed: canConfirm && plan.rules.success == .confirmed ? plan.times.installed : nil
      case .confirmed, .failed, .skipped, .stalled, .queued: nil
      }
    return limit.map { elapsed + $0 }
  }

  /// The number of devices that are updating.
  var inFlight: Int {
    let rules = plan.rules
    return tally.offered + tally.downloading + tally.confirmed + tally.installed - tally.succeeded(rules)
  }

  /// Whether one more device may update now.
  var hasCapacity: Bool {
    let pace = plan.rules.pace
    return inFlight < pace.atOnce ?? .max && (pace.bytesPerSecond == nil || credit >= 0)
  }

  /// Charges the budget with the bytes that an admitted device fetches. The budget may become negative, so that an image
  /// larger than it is offered too.
  mutating func charge(_ bytes: UInt64) {
    if plan.rules.pace.bytesPerSecond != nil { credit -= Int64(clamping: bytes) }
  }
}

extension DeviceRecord {
  /// Counts the record in its rollout, or does not count it. While it was not counted, the rollout did not serve the device,
  /// so that the time for its state begins again.
  mutating func count(_ isCounted: Bool, in rollout: Rollout, as device: Device) {
    if isCounted, !self.isCounted, state.isTimed {
      due = rollout.due(state, canConfirm: device.audience != .legacy)
    }
    self.isCounted = isCounted
  }
}
