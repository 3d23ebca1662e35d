import AsvinPlatformAPI

// The actions of an operator on a rollout.
extension Rollout {
  /// Whether the rollout starts by itself now.
  package func isDue(at now: Instant) -> Bool {
    guard phase == .planned, !isDisabled, !isUnapproved, let start = plan.start else { return false }
    return start <= now
  }

  /// Whether the rollout waits for the approval of a second person.
  package var isUnapproved: Bool { plan.needsApproval && approvedBy == nil }

  /// Approves the rollout.
  ///
  /// - Parameter approver: the token of the second person. It must be older than the plan, so that the author does not
  ///   create it for this.
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless the rollout is planned; ``PlatformError/ownApproval`` for the
  ///   author of the plan; ``PlatformError/newApprover`` for a token that was created after the plan.
  package mutating func approve(by approver: AccessToken) throws(PlatformError) {
    guard phase == .planned else { throw .wrongPhase(phase) }
    guard approver.name != plan.maintainer else { throw .ownApproval }
    if let planned, approver.created >= planned { throw .newApprover }
    approvedBy = approver.name
  }

  /// Starts the rollout.
  ///
  /// - Parameter order: a number above that of every rollout that was started before.
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless the rollout is planned; ``PlatformError/notApproved``.
  package mutating func start(order: Int64, at now: Instant) throws(PlatformError) {
    guard phase == .planned else { throw .wrongPhase(phase) }
    guard !isUnapproved else { throw .notApproved }
    (phase, started, self.order) = (.running, now, order)
  }

  /// Pauses the rollout.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless the rollout is running.
  package mutating func pause() throws(PlatformError) {
    guard phase == .running else { throw .wrongPhase(phase) }
    phase = .paused
  }

  /// Continues the rollout and forgives all failures so far. Forgiven failures no longer count towards the failure
  /// threshold, and each adds a place for another device to the open wave. The number of successes that opens the next wave
  /// does not change.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless the rollout is paused or stopped, or is running with failures that
  ///   are not forgiven.
  package mutating func resume() throws(PlatformError) {
    switch phase {
    case .paused, .stopped: phase = .running
    case .running where unforgivenFailures > 0: break
    default: throw .wrongPhase(phase)
    }
    forgivenFailures = tally.failures(plan.rules)
    round += 1
  }

  /// Finishes or aborts the rollout.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` if the rollout has ended, or is to be finished before its start.
  package mutating func end(as ending: Ending) throws(PlatformError) {
    guard !isEnded, ending == .aborted || phase != .planned else { throw .wrongPhase(phase) }
    phase = ending == .aborted ? .aborted : .finished
  }

  /// How an operator ends a rollout.
  package enum Ending: Sendable { case finished, aborted }
}

// The actions of the rollout itself.
extension Rollout {
  /// Why a running rollout does not proceed.
  package struct Waiting: Equatable, Sendable {
    /// Devices of the open wave that count as failures and are not forgiven.
    package let failed: Int
    /// Devices that were not heard of for too long.
    package let stalled: Int
    /// Devices of the open wave that have written the firmware and have not confirmed it.
    package let unconfirmed: Int
    /// Devices that the open wave has admitted, without those whose failure is forgiven.
    package let admitted: Int
  }

  /// Returns what the rollout waits for; `nil` while a device may still begin or reach a final state.
  ///
  /// - Parameter members: the number of devices that can use the firmware.
  package func waiting(members: Int) -> Waiting? {
    guard phase == .running, !isDisabled else { return nil }
    let (rules, admitted) = (plan.rules, tally.admitted(plan.rules) - forgivenFailures)
    guard admitted > 0, admitted >= quota(members: members) else { return nil }
    let succeeded = tally.succeeded(rules)
    let unconfirmed = tally.confirmed + tally.installed - succeeded
    let isQuiet = tally.offered + tally.downloading == 0
    // Failures block a wave if its success threshold can no longer be reached. The last wave has no threshold.
    let best = succeeded + tally.offered + tally.downloading + unconfirmed
    let isBlocked = wave < rules.waves.count && best * 100 < rules.successThreshold * quota(members: members)
    guard isBlocked && unforgivenFailures > 0 || isQuiet && unconfirmed > 0 else { return nil }
    return Waiting(
      failed: unforgivenFailures, stalled: tally.stalled, unconfirmed: unconfirmed, admitted: admitted)
  }

  /// The failures that count towards the failure threshold.
  package var unforgivenFailures: Int { tally.failures(plan.rules) - forgivenFailures }

  /// Updates the tally with a change of a device's part, and advances.
  ///
  /// - Parameters:
  ///   - before: the part before the change; `nil` if it was not counted.
  ///   - after: the part after the change; `nil` if it is not counted.
  package mutating func update(from before: Part?, to after: Part?, members: Int) {
    if let before { add(-1, before) }
    if let after { add(1, after) }
    advance(members: members)
  }

  private mutating func add(_ number: Int, _ part: Part) {
    tally.add(number, to: part.state, canConfirm: part.canConfirm)
    if part.isForgiven { forgivenFailures += number }
  }

  /// Stops the rollout at its failure threshold, opens the next waves, or finishes the rollout.
  package mutating func advance(members: Int) {
    guard phase == .running else { return }
    let rules = plan.rules
    if let threshold = rules.failureThreshold, unforgivenFailures > 0,
      unforgivenFailures * 100 >= threshold * quota(members: members)
    {
      phase = .stopped
      return
    }
    while wave < rules.waves.count {
      guard tally.succeeded(rules) * 100 >= rules.successThreshold * quota(members: members) else {
        thresholdMet = nil
        break
      }
      let since = thresholdMet ?? elapsed
      guard elapsed - since >= rules.pace.soak else {
        thresholdMet = since
        break
      }
      // The soak time of the next wave begins now at the earliest, so that no two waves open at once.
      (wave, thresholdMet) = (wave + 1, nil)
    }
    let done = tally.succeeded(rules) + tally.failed + tally.skipped + tally.stalled
    if rules.endsWhenDone, members > 0, done >= members { phase = .finished }
  }

  func quota(members: Int) -> Int { plan.rules.quota(of: wave, members: members) }
}
