extension WritablePlatformRows {
  /// Plans a rollout.
  ///
  /// - Throws: ``PlatformError`` where a group or the firmware is not in the workspace, there is no group, or the name is
  ///   too long for asvin's clients.
  public func plan(_ plan: RolloutPlan) throws -> Rollout {
    // They read the reply into a kilobyte.
    guard (1...256).contains(plan.name.utf8.count) else {
      throw PlatformError.invalid("a rollout's name has 1 to 256 bytes")
    }
    guard !plan.groups.isEmpty else { throw PlatformError.noGroups }
    for group in plan.groups where try deviceGroup(group) == nil { throw PlatformError.notFound(.deviceGroup) }
    guard let firmware = try firmware(plan.firmware) else { throw PlatformError.notFound(.firmware) }
    try checkSequence(of: firmware, for: plan.groups)
    return try add(Rollout(id: ID(0), plan: plan))
  }

  /// Starts a rollout. One that is for *immediately* disables the others of its groups.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)``; ``PlatformError/sequenceNotAbove(_:)`` where a later release was started
  ///   for one of its groups since it was planned.
  public func start(_ id: ID<Rollout>, at now: Instant) throws -> Rollout {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    guard rollout.phase == .planned else { throw PlatformError.wrongPhase(rollout.phase) }
    if let firmware = try firmware(rollout.plan.firmware) { try checkSequence(of: firmware, for: rollout.plan.groups) }
    try rollout.start(order: try nextOrder(), at: now)
    try put(rollout)
    guard rollout.plan.priority == .immediately else { return rollout }
    for var other in try rollouts()
    where other.id != id && !other.isEnded && !other.isDisabled
      && !other.plan.groups.isDisjoint(with: rollout.plan.groups)
    {
      other.isDisabled = true
      try put(other)
    }
    return rollout
  }

  /// Starts the rollouts whose time has come, in the order of their times. One that may no longer start is aborted.
  public func startDue(at now: Instant) throws -> [Rollout] {
    try dueRollouts(at: now).compactMap { due in
      // The one before it may have disabled it.
      guard let due = try rollout(due.id), due.isDue(at: now) else { return nil }
      do {
        return try start(due.id, at: now)
      } catch PlatformError.sequenceNotAbove {
        try end(due.id, as: .aborted)
        return nil
      }
    }
  }

  /// Pauses a rollout.
  public func pause(_ id: ID<Rollout>) throws {
    try change(id) { rollout throws(PlatformError) in try rollout.pause() }
  }

  /// Lets a paused rollout go on.
  public func resume(_ id: ID<Rollout>) throws {
    try change(id) { rollout throws(PlatformError) in try rollout.resume() }
  }

  /// Finishes or aborts a rollout.
  public func end(_ id: ID<Rollout>, as ending: Rollout.Ending) throws {
    try change(id) { rollout throws(PlatformError) in try rollout.end(as: ending) }
  }

  /// Disables a rollout, or enables it again.
  public func setDisabled(_ isDisabled: Bool, _ id: ID<Rollout>) throws {
    try change(id) { rollout throws(PlatformError) in rollout.isDisabled = isDisabled }
  }

  private func change(_ id: ID<Rollout>, _ body: (inout Rollout) throws(PlatformError) -> Void) throws {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    try body(&rollout)
    rollout.review(members: try members(of: rollout))
    try put(rollout)
  }

  /// Devices refuse what is below what they had: going back takes a new release.
  private func checkSequence(of firmware: Firmware, for groups: Set<ID<DeviceGroup>>) throws {
    guard let release = firmware.release, let highest = try highestRelease(of: firmware, to: groups) else { return }
    guard release.sequence > highest.sequence || release.digest == highest.digest else {
      throw PlatformError.sequenceNotAbove(highest.sequence)
    }
  }
}
