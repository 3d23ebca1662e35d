// What an operator does with a rollout.
extension Rollout {
  /// Whether its time has come.
  package func isDue(at now: Instant) -> Bool {
    guard phase == .planned, !isDisabled, let start = plan.start else { return false }
    return start <= now
  }

  /// Starts it.
  ///
  /// - Parameter order: above that of every rollout that was started before.
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless it is planned.
  package mutating func start(order: Int64, at now: Instant) throws(PlatformError) {
    guard phase == .planned else { throw .wrongPhase(phase) }
    (phase, started, self.order) = (.running, now, order)
  }

  /// Lets no device begin or fetch.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless it is running.
  package mutating func pause() throws(PlatformError) {
    guard phase == .running else { throw .wrongPhase(phase) }
    phase = .paused(.byOperator)
  }

  /// Continues it, and forgives the failures until now: they no longer count towards the threshold that stops it, and each
  /// adds a seat for another device to the open wave. The number of successes that opens the next wave stays the same.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless it is paused, or is running with failures that are not forgiven.
  package mutating func resume() throws(PlatformError) {
    switch phase {
    case .paused: phase = .running
    case .running where unforgivenFailures > 0: break
    default: throw .wrongPhase(phase)
    }
    forgivenFailures = tally.failed
    round += 1
  }

  /// Ends it, with what it has reached or without.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` when it is over, or is to be finished before it began.
  package mutating func end(as ending: Ending) throws(PlatformError) {
    guard !isEnded, ending == .aborted || phase != .planned else { throw .wrongPhase(phase) }
    phase = ending == .aborted ? .aborted : .finished
  }

  /// How it ends.
  package enum Ending: Sendable { case finished, aborted }
}

// What it does by itself.
extension Rollout {
  /// Why a rollout does not proceed although it runs.
  package struct Waiting: Equatable, Sendable {
    /// Devices of the open wave that failed, and are not forgiven.
    package let failed: Int
    /// Devices of the open wave that have written the firmware, and were not seen to run it.
    package let unconfirmed: Int
    /// Devices that the open wave has let in, without those whose failure is forgiven.
    package let admitted: Int
  }

  /// What it waits for; `nil` where it proceeds by itself: where a device may still begin or end.
  ///
  /// - Parameter members: how many devices can take it.
  package func waiting(members: Int) -> Waiting? {
    guard phase == .running, !isDisabled else { return nil }
    let (rules, admitted) = (plan.priority.rules, tally.admitted - forgivenFailures)
    guard admitted > 0, admitted >= quota(members: members) else { return nil }
    let succeeded = tally.succeeded(rules)
    let unconfirmed = tally.confirmed + tally.installed - succeeded
    let isQuiet = tally.offered + tally.downloading == 0
    // Failures hold a wave up when its bar cannot be reached without other devices; the last wave has no bar.
    let best = succeeded + tally.offered + tally.downloading + unconfirmed
    let isHeldUp = wave < rules.waves.count && best * 100 < rules.successThreshold * quota(members: members)
    guard isHeldUp && unforgivenFailures > 0 || isQuiet && unconfirmed > 0 else { return nil }
    return Waiting(failed: unforgivenFailures, unconfirmed: unconfirmed, admitted: admitted)
  }

  /// Failures that count towards the threshold that stops it.
  package var unforgivenFailures: Int { tally.failed - forgivenFailures }

  /// Takes the change of a device's record into account: opens the next wave, stops, or ends.
  ///
  /// - Parameters:
  ///   - before: its part before, where it had one and counted.
  ///   - after: its part now, where it counts.
  package mutating func count(_ before: Part?, _ after: Part?, members: Int) {
    if let before { add(-1, before) }
    if let after { add(1, after) }
    review(members: members)
  }

  private mutating func add(_ number: Int, _ part: Part) {
    tally.add(number, to: part.state, canConfirm: part.canConfirm)
    if part.isForgiven { forgivenFailures += number }
  }

  /// Opens the next wave, stops, or ends, where it is time to.
  package mutating func review(members: Int) {
    guard phase == .running else { return }
    let rules = plan.priority.rules
    if let threshold = rules.failureThreshold, unforgivenFailures > 0,
      unforgivenFailures * 100 >= threshold * quota(members: members)
    {
      phase = .paused(.failures)
      return
    }
    while wave < rules.waves.count,
      tally.succeeded(rules) * 100 >= rules.successThreshold * quota(members: members)
    {
      wave += 1
    }
    if rules.endsWhenDone, members > 0, tally.succeeded(rules) + tally.failed + tally.skipped >= members {
      phase = .finished
    }
  }

  func quota(members: Int) -> Int { plan.priority.rules.quota(of: wave, members: members) }
}
