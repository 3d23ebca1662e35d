package import AsvinManifest

// What rollouts count, in memory.
extension MemoryRows {
  package func members(of group: ID<DeviceGroup>, _ audience: Audience) -> Int {
    tables.members[group]?[audience] ?? 0
  }

  package func addMembers(_ number: Int, _ audience: Audience, to group: ID<DeviceGroup>) {
    tables.members[group, default: [:]][audience, default: 0] += number
    tables.deviceGroups[group]?.members += number
  }

  package func activeRollouts(withRecordOf device: ID<Device>) -> [Rollout] {
    rolloutsWithRecord(of: device).filter { $0.phase != .planned && !$0.isEnded }
  }

  package func rollouts(bringing contentID: String) -> [Rollout] {
    newestFirst { $0.image.contentID == contentID }
  }

  package func rollouts(bringing release: Digest, to device: ID<Device>) -> [Rollout] {
    newestFirst { $0.release?.digest == release }.filter { record($0.id, device) != nil }
  }

  private func newestFirst(_ isWanted: (Firmware) -> Bool) -> [Rollout] {
    tables.rollouts.values.filter { tables.firmware[$0.plan.firmware].map(isWanted) ?? false }
      .sorted { ($0.order, $0.id) > ($1.order, $1.id) }
  }

  package func recount(_ rollout: Rollout, deviceClass: Identifier?) -> (tally: Tally, forgiven: Int) {
    var (tally, forgiven) = (Tally(), 0)
    for (id, record) in tables.records[rollout.id] ?? [:] {
      guard let device = tables.devices[id] else { continue }
      let isInGroup = device.group.map(rollout.activeGroups.contains) ?? false
      let isSuited = device.key == nil || device.deviceClass == deviceClass
      tables.records[rollout.id]?[id]?.isCounted = isInGroup && isSuited
      guard isInGroup, isSuited else { continue }
      let part = rollout.part(record, of: device)
      tally.add(1, to: part.state, canConfirm: part.canConfirm)
      if part.isForgiven { forgiven += 1 }
    }
    return (tally, forgiven)
  }
}
