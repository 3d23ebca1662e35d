extension WritablePlatformRows {
  /// Plans a rollout.
  ///
  /// - Throws: ``PlatformError`` where a group or the firmware is not in the workspace, there is no group, the name is
  ///   too long for asvin's clients, or no device of the groups can take the firmware. Groups without a device are no
  ///   error: devices may join.
  package func plan(_ plan: RolloutPlan) throws -> Rollout {
    // They read the reply into a kilobyte.
    guard (1...256).contains(plan.name.utf8.count) else {
      throw PlatformError.invalid("a rollout's name has 1 to 256 bytes")
    }
    guard !plan.groups.isEmpty else { throw PlatformError.noGroups }
    var (all, legacy) = (0, 0)
    for group in plan.groups {
      guard let known = try deviceGroup(group) else { throw PlatformError.notFound(.deviceGroup) }
      all += known.members
      legacy += try members(of: group, .legacy)
    }
    guard let firmware = try firmware(plan.firmware) else { throw PlatformError.notFound(.firmware) }
    try checkSequence(of: firmware, for: plan.groups)
    guard try all == 0 || members(of: plan.groups, taking: firmware) > 0 else { throw PlatformError.noDevice(all) }
    if legacy > 0 { try LegacyReply.check(firmware) }
    return try add(Rollout(id: ID(0), plan: plan))
  }

  /// Starts a rollout. One that is for *immediately* disables the others for its groups.
  ///
  /// - Parameter actor: who starts it, as the audit log names who disables the others.
  /// - Throws: ``PlatformError/wrongPhase(_:)``; ``PlatformError/sequenceNotAbove(_:)`` where a later release was started
  ///   for one of its groups since it was planned.
  package func start(_ id: ID<Rollout>, by actor: String = "platform", at now: Instant) throws -> Rollout {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    guard rollout.phase == .planned else { throw PlatformError.wrongPhase(rollout.phase) }
    if let firmware = try firmware(rollout.plan.firmware) { try checkSequence(of: firmware, for: rollout.plan.groups) }
    try rollout.start(order: try nextOrder(), at: now)
    try put(rollout)
    for displaced in try displaced(by: rollout) {
      try disable(displaced, at: now)
      try record(
        "rollout.disable", "\(displaced.text): rollout \(id.value) goes there immediately", by: actor, at: now)
    }
    return rollout
  }

  /// Starts the rollouts whose time has come, in the order of their times. One that may no longer start is aborted.
  package func startDue(at now: Instant) throws -> [Rollout] {
    try dueRollouts(at: now).compactMap { try startDue($0, at: now) }
  }

  /// Starts a rollout whose time has come. One that may no longer start is aborted, which the audit log records.
  ///
  /// - Parameter check: what else its firmware must pass; why it does not, or `nil`.
  /// - Returns: the rollout, where it was started.
  package func startDue(
    _ id: ID<Rollout>, at now: Instant, check: (Firmware) throws -> String? = { _ in nil }
  ) throws -> Rollout? {
    // The one before it may have disabled it.
    guard let due = try rollout(id), due.isDue(at: now) else { return nil }
    var fault = try firmware(due.plan.firmware).flatMap(check)
    do {
      if fault == nil { return try start(id, at: now) }
    } catch PlatformError.sequenceNotAbove(let sequence) {
      fault = "a release with the sequence number \(sequence) was started since"
    }
    try end(id, as: .aborted)
    try record("rollout.abort", "rollout \(id.value): \(fault ?? "")", by: "platform", at: now)
    return nil
  }

  /// Pauses a rollout.
  package func pause(_ id: ID<Rollout>, at now: Instant? = nil) throws {
    try change(id, at: now) { rollout throws(PlatformError) in try rollout.pause() }
  }

  /// Continues a rollout that is paused, or that waits for devices that failed.
  package func resume(_ id: ID<Rollout>, at now: Instant? = nil) throws {
    try change(id, at: now) { rollout throws(PlatformError) in try rollout.resume() }
  }

  /// Finishes or aborts a rollout.
  package func end(_ id: ID<Rollout>, as ending: Rollout.Ending, at now: Instant? = nil) throws {
    try change(id, at: now) { rollout throws(PlatformError) in try rollout.end(as: ending) }
  }

  private func change(
    _ id: ID<Rollout>, at now: Instant?, _ body: (inout Rollout) throws(PlatformError) -> Void
  ) throws {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    let before = rollout
    try body(&rollout)
    // What the operator does is recorded by the caller: here, only what the rollout then does by itself.
    var old = rollout
    if rollout.isEnded, !before.isEnded { rollout.finalMembers = try members(of: before) }
    old.finalMembers = rollout.finalMembers
    rollout.review(members: try members(of: rollout))
    try save(&rollout, after: old, at: now)
  }

  /// Devices refuse what is below what they had: going back takes a new release.
  private func checkSequence(of firmware: Firmware, for groups: Set<ID<DeviceGroup>>) throws {
    guard let release = firmware.release, let highest = try highestRelease(of: firmware, to: groups) else { return }
    guard release.sequence > highest.sequence || release.digest == highest.digest else {
      throw PlatformError.sequenceNotAbove(highest.sequence)
    }
  }
}
