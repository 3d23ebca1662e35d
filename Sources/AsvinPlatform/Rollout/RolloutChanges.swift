// What an operator does with a rollout.
extension Rollout {
  /// Whether its time has come.
  public func isDue(at now: Instant) -> Bool {
    guard phase == .planned, !isDisabled, let start = plan.start else { return false }
    return start <= now
  }

  /// Starts it.
  ///
  /// - Parameter order: above that of every rollout that was started before.
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless it is planned.
  public mutating func start(order: Int64, at now: Instant) throws(PlatformError) {
    guard phase == .planned else { throw .wrongPhase(phase) }
    (phase, started, self.order) = (.running, now, order)
  }

  /// Lets no more devices begin.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless it is running.
  public mutating func pause() throws(PlatformError) {
    guard phase == .running else { throw .wrongPhase(phase) }
    phase = .paused(.byOperator)
  }

  /// Lets it go on. Failures until now count no longer: not towards the threshold that stops it, nor for the wave that
  /// waits for them, and others take their places in it.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless it is paused.
  public mutating func resume() throws(PlatformError) {
    guard case .paused = phase else { throw .wrongPhase(phase) }
    phase = .running
    forgivenFailures = tally.failed
  }

  /// Ends it, with what it has reached or without.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)`` when it is over, or is to be finished before it began.
  public mutating func end(as ending: Ending) throws(PlatformError) {
    guard !isEnded, ending == .aborted || phase != .planned else { throw .wrongPhase(phase) }
    phase = ending == .aborted ? .aborted : .finished
  }

  /// How it ends.
  public enum Ending: Sendable { case finished, aborted }
}

// What it does by itself.
extension Rollout {
  /// What a device that asks is told.
  public enum Answer: Equatable, Sendable {
    /// It is let in now, or may try again.
    case admitted
    /// It has been let in: it is told the same again.
    case offeredAgain
    /// Nothing; an older rollout may have something.
    case passed
    /// Nothing: for this device it is done.
    case done
  }

  /// What a device of one of its groups is told.
  ///
  /// - Parameters:
  ///   - record: the device's part so far.
  ///   - members: how many devices are in its groups.
  public func answer(to record: DeviceRecord?, members: Int, at now: Instant) -> Answer {
    guard !isDisabled, !isEnded, phase != .planned else { return .passed }
    let isOpen = phase == .running && plan.priority.rules.window?.contains(now) ?? true
    switch record?.state {
    case nil: return isOpen && tally.admitted - forgiven < quota(members: members) ? .admitted : .passed
    case .offered: return isOpen ? .offeredAgain : .passed
    // What has begun may end, paused or not, at any time of the day.
    case .downloading: return .offeredAgain
    case .installed, .confirmed, .failed, .skipped: return .done
    }
  }

  /// Takes the change of a device's record into account: opens the next wave, stops, or ends.
  ///
  /// - Parameters:
  ///   - before: its state before, where it had one and counted.
  ///   - after: its state now, where it counts.
  public mutating func count(_ before: DeviceRecord.State?, _ after: DeviceRecord.State?, members: Int) {
    if let before { tally.add(-1, to: before) }
    if let after { tally.add(1, to: after) }
    review(members: members)
  }

  /// Opens the next wave, stops, or ends, where it is time to.
  public mutating func review(members: Int) {
    guard phase == .running else { return }
    let rules = plan.priority.rules
    let failures = tally.failed - forgivenFailures
    if let threshold = rules.failureThreshold, failures > 0, failures * 100 >= threshold * quota(members: members) {
      phase = .paused(.failures)
      return
    }
    while wave < rules.waves.count,
      tally.succeeded(rules) * 100 >= rules.successThreshold * (quota(members: members) - forgiven)
    {
      wave += 1
    }
    if rules.endsWhenDone, members > 0, tally.succeeded(rules) + tally.failed + tally.skipped >= members {
      phase = .finished
    }
  }

  /// Forgiven failures of devices that are still in its groups.
  private var forgiven: Int { min(forgivenFailures, tally.failed) }

  private func quota(members: Int) -> Int { plan.priority.rules.quota(of: wave, members: members) }
}
