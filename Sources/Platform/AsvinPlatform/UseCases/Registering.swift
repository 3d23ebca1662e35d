extension WritablePlatformRows {
  /// Registers a device, in the lobby; one that exists is only heard of.
  ///
  /// - Returns: the device, and whether it is new.
  package func register(
    _ name: DeviceName, label: String?, firmwareVersion: String, at now: Instant
  ) throws -> (device: Device, isNew: Bool) {
    if var device = try device(name) {
      try hear(&device, firmwareVersion: firmwareVersion, at: now)
      return (device, false)
    }
    let device = Device(
      id: ID(0), name: name, label: label ?? name.text, firmwareVersion: firmwareVersion, registered: now, seen: now)
    return (try add(device), true)
  }

  /// Takes note of the version that a device says it runs. One that changed to the version of what it was offered shows that
  /// it runs it: asvin's clients say nothing else after their restart, and pycom's says nothing before it either.
  package func hear(_ device: inout Device, firmwareVersion: String, at now: Instant) throws {
    let isChanged = device.firmwareVersion != firmwareVersion
    device.firmwareVersion = firmwareVersion
    device.seen = now
    try put(device)
    guard isChanged else { return }
    for rollout in try unconfirmedRollouts(of: device.id) {
      guard let known = try self.rollout(rollout), try firmware(known.plan.firmware)?.version == firmwareVersion else {
        continue
      }
      try take(.runs, from: &device, about: rollout, at: now)
    }
  }

  /// Moves a device within the fleet. What it has open in rollouts that its new place does not get no longer counts.
  ///
  /// - Parameter now: when; what rollouts then do by themselves is recorded in the audit log with it.
  /// - Throws: ``PlatformError/notFound(_:)`` for a group that does not exist.
  package func place(_ device: inout Device, _ placement: Device.Placement, at now: Instant? = nil) throws {
    if case .grouped(let group) = placement, try deviceGroup(group) == nil {
      throw PlatformError.notFound(.deviceGroup)
    }
    var moved = device
    moved.placement = placement
    try change(&device, to: moved, at: now)
  }

  /// Writes a device whose group or audience may be another one, with all that counts it.
  func change(_ device: inout Device, to changed: Device, at now: Instant?) throws {
    let old = device
    device = changed
    try put(device)
    guard old.group != device.group || old.audience != device.audience else { return }
    if let group = old.group { try addMembers(-1, old.audience, to: group) }
    if let group = device.group { try addMembers(1, device.audience, to: group) }
    var affected: [ID<Rollout>: Rollout] = [:]
    for rollout in try activeRollouts(withRecordOf: device.id) { affected[rollout.id] = rollout }
    // Others have more or fewer devices to wait for.
    for group in Set([old.group, device.group].compactMap { $0 }) {
      for rollout in try activeRollouts(of: group) { affected[rollout.id] = rollout }
    }
    for var rollout in affected.values.sorted(by: { $0.id < $1.id }) {
      guard var record = try record(rollout.id, device.id) else {
        try count(nil, nil, in: &rollout, at: now)
        continue
      }
      let before = record.isCounted ? rollout.part(record, of: old) : nil
      record.isCounted = rollout.reaches(device, try firmware(rollout.plan.firmware))
      try put(record, rollout.id, device.id)
      try count(before, record.isCounted ? rollout.part(record, of: device) : nil, in: &rollout, at: now)
    }
  }

  /// Removes a device.
  package func delete(_ device: Device, at now: Instant? = nil) throws {
    var device = device
    try place(&device, .ungrouped, at: now)
    try remove(device.id)
  }
}

extension PlatformRows {
  /// How many devices in a rollout's groups can take its firmware. Of an ended rollout, how many could when it ended.
  package func members(of rollout: Rollout) throws -> Int {
    if let final = rollout.finalMembers { return final }
    guard let firmware = try firmware(rollout.plan.firmware) else { return 0 }
    return try members(of: rollout.activeGroups, taking: firmware)
  }

  /// How many devices in groups can take firmware.
  package func members(of groups: Set<ID<DeviceGroup>>, taking firmware: Firmware) throws -> Int {
    var sum = 0
    for group in groups {
      for audience in firmware.audiences { sum += try members(of: group, audience) }
    }
    return sum
  }
}
