extension WritablePlatformRows {
  /// Registers a device, in the lobby; one that exists is only heard of.
  ///
  /// - Returns: the device, and whether it is new.
  public func register(
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
  public func hear(_ device: inout Device, firmwareVersion: String, at now: Instant) throws {
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

  /// Moves a device within the fleet. What it has open in rollouts that its new place does not get, counts no longer.
  ///
  /// - Throws: ``PlatformError/notFound(_:)`` for a group that is not there.
  public func place(_ device: inout Device, _ placement: Device.Placement) throws {
    let (old, new) = (device.group, Self.group(of: placement))
    if let new, try deviceGroup(new) == nil { throw PlatformError.notFound(.deviceGroup) }
    device.placement = placement
    try put(device)
    guard old != new else { return }
    try changeMembers(of: old, by: -1)
    try changeMembers(of: new, by: 1)
    var affected: [ID<Rollout>: Rollout] = [:]
    for rollout in try rolloutsWithRecord(of: device.id) { affected[rollout.id] = rollout }
    // Others have more or fewer devices to wait for.
    for group in [old, new].compactMap({ $0 }) {
      for rollout in try activeRollouts(of: group) { affected[rollout.id] = rollout }
    }
    for var rollout in affected.values.sorted(by: { $0.id < $1.id }) {
      let (was, becomes) = (rollout.reaches(old), rollout.reaches(new))
      let state = try record(rollout.id, device.id)?.state
      rollout.count(was ? state : nil, becomes ? state : nil, members: try members(of: rollout))
      try put(rollout)
    }
  }

  /// Removes a device.
  public func delete(_ device: Device) throws {
    var device = device
    try place(&device, .ungrouped)
    try remove(device.id)
  }

  private func changeMembers(of group: ID<DeviceGroup>?, by number: Int) throws {
    guard let group, var known = try deviceGroup(group) else { return }
    known.members += number
    try put(known)
  }

  private static func group(of placement: Device.Placement) -> ID<DeviceGroup>? {
    if case .grouped(let group) = placement { group } else { nil }
  }
}

extension PlatformRows {
  /// How many devices are in a rollout's groups.
  public func members(of rollout: Rollout) throws -> Int {
    try rollout.plan.groups.reduce(0) { try $0 + (deviceGroup($1)?.members ?? 0) }
  }
}

extension Rollout {
  /// Whether it goes to a group.
  func reaches(_ group: ID<DeviceGroup>?) -> Bool { group.map(plan.groups.contains) ?? false }
}
