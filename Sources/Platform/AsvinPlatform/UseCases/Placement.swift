extension WriteTransaction {
  /// Moves a device. Its open records in rollouts that do not reach its new location are no longer counted.
  ///
  /// - Parameter now: the time for the audit log, in which the consequences for rollouts are recorded.
  /// - Throws: ``PlatformError/notFound(_:)`` if the group does not exist.
  package func move(_ device: inout Device, to location: Device.Location, at now: Instant? = nil) throws {
    if let group = location.group, try deviceGroup(group) == nil { throw PlatformError.notFound(.deviceGroup) }
    var moved = device
    moved.location = location
    try change(&device, to: moved, at: now)
  }

  /// Stores a device whose group or audience may have changed, and updates everything that counts it.
  func change(_ device: inout Device, to changed: Device, at now: Instant?) throws {
    let old = device
    device = changed
    try put(device)
    guard old.group != device.group || old.audience != device.audience else { return }
    if let group = old.group { try addMembers(-1, old.audience, to: group) }
    if let group = device.group { try addMembers(1, device.audience, to: group) }
    var affected: [ID<Rollout>: Rollout] = [:]
    for rollout in try activeRollouts(withRecordOf: device.id) { affected[rollout.id] = rollout }
    // The number of devices changes in the other rollouts to both groups as well.
    for group in Set([old.group, device.group].compactMap { $0 }) {
      for rollout in try activeRollouts(of: group) { affected[rollout.id] = rollout }
    }
    for var rollout in affected.values.sorted(by: { $0.id < $1.id }) {
      guard var record = try record(rollout.id, device.id) else {
        try update(&rollout, from: nil, to: nil, at: now)
        continue
      }
      let before = record.isCounted ? rollout.part(record, of: old) : nil
      record.count(rollout.reaches(device, try firmware(rollout.plan.firmware)), in: rollout, as: device)
      try put(record, rollout.id, device.id)
      try update(&rollout, from: before, to: record.isCounted ? rollout.part(record, of: device) : nil, at: now)
    }
  }

  /// Deletes a device.
  package func delete(_ device: Device, at now: Instant? = nil) throws {
    var device = device
    try move(&device, to: .ungrouped, at: now)
    try remove(device.id)
  }
}

extension ReadTransaction {
  /// Returns the number of devices in a rollout's active groups that can use its firmware; for an ended rollout, the number
  /// when it ended.
  package func members(of rollout: Rollout) throws -> Int {
    if let final = rollout.finalMembers { return final }
    guard let firmware = try firmware(rollout.plan.firmware) else { return 0 }
    return try members(of: rollout.activeGroups, using: firmware)
  }

  /// Returns the number of devices in groups that can use firmware.
  package func members(of groups: Set<ID<DeviceGroup>>, using firmware: Firmware) throws -> Int {
    var sum = 0
    for group in groups {
      for audience in firmware.audiences { sum += try members(of: group, audience) }
    }
    return sum
  }
}
