import AsvinPlatformAPI

/// A rollout that another rollout with the priority *immediately* disables in some groups.
package struct Displacement: Equatable, Sendable {
  package let rollout: Rollout
  /// The groups in which it is disabled. It continues in its other groups.
  package let groups: Set<ID<DeviceGroup>>

  /// The text in the audit log.
  var text: String {
    "rollout \(rollout.id.value) in device groups \(groups.map { "\($0.value)" }.sorted().joined(separator: ", "))"
  }
}

extension WriteTransaction {
  /// Plans a rollout. It needs an approval if the plan or the workspace's settings ask for one.
  ///
  /// - Throws: ``PlatformError`` if a group or the firmware does not exist, the plan lacks groups, the name is too long for
  ///   asvin's clients, or none of the devices in the groups can use the firmware. Groups without devices are allowed,
  ///   because devices may join.
  package func plan(_ plan: RolloutPlan, at now: Instant? = nil) throws -> Rollout {
    var plan = plan
    plan.needsApproval = try plan.needsApproval || settings().needsApproval
    try check(plan)
    var rollout = Rollout(id: ID(0), plan: plan)
    rollout.planned = now
    return try add(rollout)
  }

  /// Starts a rollout. One with the priority *immediately* disables the other rollouts in its groups.
  ///
  /// - Parameter actor: the name in the audit log of the caller who disables the other rollouts by this start.
  /// - Throws: ``PlatformError/wrongPhase(_:)``, ``PlatformError/notApproved``; ``PlatformError/sequenceNotAbove(_:)`` if a later release was started for
  ///   one of its groups since it was planned.
  package func start(_ id: ID<Rollout>, by actor: String = "platform", at now: Instant) throws -> Rollout {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    guard rollout.phase == .planned else { throw PlatformError.wrongPhase(rollout.phase) }
    guard !rollout.isUnapproved else { throw PlatformError.notApproved }
    try checkFirmware(of: rollout)
    try rollout.start(order: try nextOrder(), at: now)
    try put(rollout)
    if let release = try firmware(rollout.plan.firmware)?.release {
      try noteStart(of: release, for: rollout.plan.groups)
    }
    for displaced in try displaced(by: rollout) {
      try disable(displaced, at: now)
      try record(
        .disableRollout, "\(displaced.text): rollout \(id.value) goes there immediately",
        try details(of: displaced.rollout), by: actor, at: now)
    }
    return rollout
  }

  /// Starts the rollouts that are due, in the order of their times.
  package func startDue(at now: Instant) throws -> [Rollout] {
    try dueRollouts(at: now).compactMap { try startDue($0, at: now) }
  }

  /// Starts a rollout that is due. A rollout that may no longer start is aborted, which is recorded in the audit log.
  ///
  /// - Parameter check: a further check of the firmware. It returns why the firmware fails, or `nil`.
  /// - Returns: the rollout, if it was started.
  package func startDue(
    _ id: ID<Rollout>, at now: Instant, check: (Firmware) throws -> String? = { _ in nil }
  ) throws -> Rollout? {
    // A rollout that was started just before may have disabled this one.
    guard let due = try rollout(id), due.isDue(at: now) else { return nil }
    var fault = try firmware(due.plan.firmware).flatMap(check)
    do {
      if fault == nil { return try start(id, at: now) }
    } catch PlatformError.sequenceNotAbove(let sequence) {
      fault = "a release with the sequence number \(sequence) was started since"
    } catch PlatformError.withdrawn {
      fault = "the firmware was withdrawn"
    }
    try end(id, as: .aborted)
    try record(
      .abortRollout, "rollout \(id.value): \(fault ?? "")", try details(of: due), by: "platform", at: now)
    return nil
  }

  /// Approves a planned rollout.
  ///
  /// - Throws: ``PlatformError/wrongPhase(_:)``, ``PlatformError/ownApproval``, ``PlatformError/newApprover``.
  package func approve(_ id: ID<Rollout>, by approver: AccessToken, at now: Instant) throws {
    // The author of the plan could have made a link for the account of another person, and have used it.
    if let linked = try user(approver.id)?.linked, let planned = try rollout(id)?.planned, linked >= planned {
      throw PlatformError.newApprover
    }
    try change(id, at: now) { rollout throws(PlatformError) in try rollout.approve(by: approver) }
  }

  package func pause(_ id: ID<Rollout>, at now: Instant? = nil) throws {
    try change(id, at: now) { rollout throws(PlatformError) in try rollout.pause() }
  }

  /// Continues a rollout that is paused, stopped, or waiting for devices that failed.
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
    // The caller records the operator's action. Only what the rollout does by itself afterwards is recorded here.
    var old = rollout
    if rollout.isEnded, !before.isEnded { rollout.finalMembers = try members(of: before) }
    old.finalMembers = rollout.finalMembers
    rollout.advance(members: try members(of: rollout))
    try save(&rollout, after: old, at: now)
  }

  /// Disables or enables a rollout, in one of its groups or in all.
  ///
  /// - Throws: ``PlatformError/notFound(_:)`` for a group that is not one of its target groups;
  ///   ``PlatformError/blocked(_:_:)`` if the rollout is to be enabled in all groups and is disabled in some.
  package func setDisabled(
    _ isDisabled: Bool, _ id: ID<Rollout>, in group: ID<DeviceGroup>? = nil, at now: Instant? = nil
  ) throws {
    guard let rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    var changed = rollout
    if let group {
      guard rollout.plan.groups.contains(group) else { throw PlatformError.notFound(.deviceGroup) }
      // A rollout that is disabled in all of its groups is disabled in each.
      if rollout.isDisabled, isDisabled { return }
      // Enabling one group of a disabled rollout leaves the others disabled.
      if rollout.isDisabled, !isDisabled { changed.disabledGroups = rollout.plan.groups }
      if isDisabled { changed.disabledGroups.insert(group) } else { changed.disabledGroups.remove(group) }
      if !isDisabled { changed.isDisabled = false }
      if changed.activeGroups.isEmpty { (changed.isDisabled, changed.disabledGroups) = (true, rollout.disabledGroups) }
    } else {
      // Enabling undoes the disabling, also if it is repeated. Groups from which another rollout displaced this one are
      // enabled by name, because a newer rollout may be there.
      if !isDisabled, !rollout.isDisabled, !rollout.disabledGroups.isEmpty {
        let groups = rollout.disabledGroups.map { "\($0.value)" }.sorted().joined(separator: ", ")
        throw PlatformError.blocked(
          "the rollout is disabled in device groups \(groups) only",
          "enable it there: asvin-pack rollout enable --group GROUP")
      }
      changed.isDisabled = isDisabled
    }
    try store(changed, after: rollout, at: now)
  }

  private func disable(_ displaced: Displacement, at now: Instant?) throws {
    var changed = displaced.rollout
    if displaced.groups.isSuperset(of: changed.activeGroups) {
      changed.isDisabled = true
    } else {
      changed.disabledGroups.formUnion(displaced.groups)
    }
    try store(changed, after: displaced.rollout, at: now)
  }

  private func store(_ rollout: Rollout, after old: Rollout, at now: Instant?) throws {
    var rollout = rollout
    if rollout.disabledGroups != old.disabledGroups, !rollout.isEnded {
      let deviceClass = try firmware(rollout.plan.firmware)?.release?.deviceClass
      (rollout.tally, rollout.forgivenFailures) = try recount(rollout, deviceClass: deviceClass)
    }
    rollout.advance(members: try members(of: rollout))
    try save(&rollout, after: old, at: now)
  }
}

extension ReadTransaction {
  /// Refuses a rollout that may not start because of its firmware.
  ///
  /// - Throws: ``PlatformError/withdrawn``, ``PlatformError/sequenceNotAbove(_:)``.
  package func checkFirmware(of rollout: Rollout) throws {
    guard let firmware = try firmware(rollout.plan.firmware) else { return }
    try firmware.requireOffered()
    try checkSequence(of: firmware, for: rollout.plan.groups)
  }

  /// Refuses a plan, as ``WriteTransaction/plan(_:)`` does.
  package func check(_ plan: RolloutPlan) throws {
    guard (1...PlatformLimit.rolloutNameBytes).contains(plan.name.utf8.count) else {
      throw PlatformError.invalid("a rollout's name must have 1 to \(PlatformLimit.rolloutNameBytes) bytes")
    }
    guard !plan.groups.isEmpty else { throw PlatformError.noGroups }
    if let fault = plan.times.fault { throw PlatformError.invalid(fault) }
    var (all, legacy) = (0, 0)
    for group in plan.groups {
      guard let known = try deviceGroup(group) else { throw PlatformError.notFound(.deviceGroup) }
      all += known.members
      legacy += try members(of: group, .legacy)
    }
    guard let firmware = try firmware(plan.firmware) else { throw PlatformError.notFound(.firmware) }
    try firmware.requireOffered()
    try checkSequence(of: firmware, for: plan.groups)
    guard try all == 0 || members(of: plan.groups, using: firmware) > 0 else { throw PlatformError.noDevice(all) }
    if legacy > 0 { try LegacyReply.check(firmware) }
  }

  /// Refuses a release below one that the groups have had: devices refuse it, so that going back needs a new release.
  fileprivate func checkSequence(of firmware: Firmware, for groups: Set<ID<DeviceGroup>>) throws {
    guard let release = firmware.release, let highest = try highestRelease(of: firmware, to: groups) else { return }
    guard release.sequence > highest.sequence || release.digest == highest.digest else {
      throw PlatformError.sequenceNotAbove(highest.sequence)
    }
  }

  /// Returns the rollouts that a rollout disables when it starts. It is empty unless the priority is *immediately*.
  package func displaced(by rollout: Rollout) throws -> [Displacement] {
    guard rollout.plan.priority == .immediately else { return [] }
    var others: [ID<Rollout>: Rollout] = [:]
    for group in rollout.plan.groups {
      for other in try unendedRollouts(of: group) { others[other.id] = other }
    }
    return others.values.sorted { $0.id < $1.id }.compactMap { other in
      let groups = other.activeGroups.intersection(rollout.plan.groups)
      guard other.id != rollout.id, !other.isEnded, !other.isDisabled, !groups.isEmpty else { return nil }
      return Displacement(rollout: other, groups: groups)
    }
  }
}
