/// What a rollout loses to another one that is for *immediately*.
package struct Displacement: Equatable, Sendable {
  /// The rollout.
  package let rollout: Rollout
  /// The groups in which it is disabled; in its others it continues.
  package let groups: Set<ID<DeviceGroup>>

  /// As the audit log says it.
  var text: String {
    "rollout \(rollout.id.value) in device groups \(groups.map { "\($0.value)" }.sorted().joined(separator: ", "))"
  }
}

extension PlatformRows {
  /// What a rollout disables when it starts; nothing, unless it is for *immediately*.
  package func displaced(by rollout: Rollout) throws -> [Displacement] {
    guard rollout.plan.priority == .immediately else { return [] }
    return try rollouts().compactMap { other in
      let groups = other.activeGroups.intersection(rollout.plan.groups)
      guard other.id != rollout.id, !other.isEnded, !other.isDisabled, !groups.isEmpty else { return nil }
      return Displacement(rollout: other, groups: groups)
    }
  }
}

extension WritablePlatformRows {
  /// Disables a rollout, or enables it again: for one of its groups, or for all.
  ///
  /// - Throws: ``PlatformError/notFound(_:)`` for a group that it does not go to.
  package func setDisabled(
    _ isDisabled: Bool, _ id: ID<Rollout>, in group: ID<DeviceGroup>? = nil, at now: Instant? = nil
  ) throws {
    guard let rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    var changed = rollout
    if let group {
      guard rollout.plan.groups.contains(group) else { throw PlatformError.notFound(.deviceGroup) }
      // What is disabled for all of its groups is disabled for each.
      if rollout.isDisabled, isDisabled { return }
      // One that is disabled for all of its groups, and enabled for one, is disabled for the others.
      if rollout.isDisabled, !isDisabled { changed.disabledGroups = rollout.plan.groups }
      if isDisabled { changed.disabledGroups.insert(group) } else { changed.disabledGroups.remove(group) }
      if !isDisabled { changed.isDisabled = false }
      if changed.activeGroups.isEmpty { (changed.isDisabled, changed.disabledGroups) = (true, rollout.disabledGroups) }
    } else {
      changed.isDisabled = isDisabled
      if !isDisabled { changed.disabledGroups = [] }
    }
    try store(changed, after: rollout, at: now)
  }

  /// Disables a rollout for the groups that another one took over.
  func disable(_ displaced: Displacement, at now: Instant?) throws {
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
      // Other devices count now.
      let deviceClass = try firmware(rollout.plan.firmware)?.release?.deviceClass
      (rollout.tally, rollout.forgivenFailures) = try recount(rollout, deviceClass: deviceClass)
    }
    rollout.review(members: try members(of: rollout))
    try save(&rollout, after: old, at: now)
  }
}
