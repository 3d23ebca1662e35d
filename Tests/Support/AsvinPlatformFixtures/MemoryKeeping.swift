import AsvinPlatformAPI
package import AsvinPlatform

// Withdrawal, deletion and retention in memory.
extension MemoryTransaction {
  package func placementRules() -> [PlacementRule] { tables.rules }
  package func setPlacementRules(_ rules: [PlacementRule]) { tables.rules = rules }
  package func retention() -> Retention { tables.retention }
  package func put(_ retention: Retention) { tables.retention = retention }
  package func put(_ firmware: Firmware) { tables.firmware[firmware.id]?.withdrawn = firmware.withdrawn }
  package func remove(_ firmware: ID<Firmware>) { tables.firmware[firmware] = nil }

  package func remove(_ rollout: ID<Rollout>) throws {
    guard tables.rollouts.removeValue(forKey: rollout) != nil else { throw PlatformError.notFound(.rollout) }
    (tables.records[rollout], tables.failures[rollout], tables.ends[rollout]) = (nil, nil, nil)
  }

  package func remove(_ group: ID<DeviceGroup>) throws {
    guard tables.deviceGroups.removeValue(forKey: group) != nil else { throw PlatformError.notFound(.deviceGroup) }
    (tables.members[group], tables.releases[group]) = (nil, nil)
    tables.rules.removeAll { $0.group == group }
    for id in tables.expected.keys where tables.expected[id]?.group == group { tables.expected[id]?.group = nil }
    for id in tables.rollouts.keys { tables.rollouts[id]?.plan.groups.remove(group) }
  }

  package func remove(_ group: ID<FileGroup>) { tables.fileGroups[group] = nil }

  package func removeRecords(of rollout: ID<Rollout>, limit: Int) throws -> Int {
    guard let order = tables.rollouts[rollout]?.order else { throw PlatformError.notFound(.rollout) }
    let removed = (tables.records[rollout] ?? [:]).sorted { $0.key < $1.key }.prefix(limit)
    for (device, record) in removed {
      if record.state.mayBeInstalled { tables.keptOrders[device] = max(tables.keptOrders[device] ?? 0, order) }
      tables.records[rollout]?[device] = nil
      tables.failures[rollout]?[device] = nil
    }
    return removed.count
  }

  package func noteEnds(at now: Instant) {
    for rollout in tables.rollouts.values where rollout.isEnded && tables.ends[rollout.id] == nil {
      tables.ends[rollout.id] = now
    }
  }

  private func ended(before limit: Instant) -> [ID<Rollout>] {
    tables.ends.filter { $0.value < limit }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
  }

  package func rolloutsWithOldRecords(before limit: Instant, except damaged: Set<ID<Rollout>>) -> [ID<Rollout>] {
    ended(before: limit).filter { tables.records[$0]?.isEmpty == false && !damaged.contains($0) }
  }

  package func oldRollouts(before limit: Instant, except damaged: Set<ID<Rollout>>) -> [ID<Rollout>] {
    ended(before: limit).filter { !damaged.contains($0) }
  }
}
