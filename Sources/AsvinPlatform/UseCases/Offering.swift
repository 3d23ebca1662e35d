/// What a device is told to install.
public struct Offer: Equatable, Sendable {
  /// The rollout that it comes from.
  public var rollout: Rollout
  /// What to install.
  public var firmware: Firmware
}

extension PlatformRows {
  /// What a device that asks would be told, without letting it in.
  ///
  /// - Returns: the offer, and whether the device is let in with it, which is then to be written.
  public func nextOffer(for device: Device, at now: Instant) throws -> (offer: Offer, isNew: Bool)? {
    guard let group = device.group else { return nil }
    // What was started before the firmware that it has would take it back.
    for rollout in try openRollouts(of: group, above: device.newestRollout) {
      guard let firmware = try firmware(rollout.plan.firmware), firmware.suits(device.deviceClass) else { continue }
      let record = try record(rollout.id, device.id)
      switch rollout.answer(to: record, members: try members(of: rollout), at: now) {
      case .admitted: return (Offer(rollout: rollout, firmware: firmware), true)
      case .offeredAgain: return (Offer(rollout: rollout, firmware: firmware), false)
      case .passed: continue
      case .done: return nil
      }
    }
    return nil
  }
}

extension WritablePlatformRows {
  /// What a device that asks is told; it is let in where it was not.
  public func offer(to device: Device, at now: Instant) throws -> Offer? {
    guard let (offer, isNew) = try nextOffer(for: device, at: now) else { return nil }
    guard isNew else { return offer }
    var rollout = offer.rollout
    let record = DeviceRecord(at: now)
    try put(record, rollout.id, device.id)
    rollout.count(nil, record.state, members: try members(of: rollout))
    try put(rollout)
    return Offer(rollout: rollout, firmware: offer.firmware)
  }

  /// Takes what a device says about a rollout that it was offered.
  ///
  /// - Returns: whether that changed anything: a device that says it twice is counted once.
  /// - Throws: ``PlatformError/notFound(_:)`` for a rollout that it was not offered.
  @discardableResult
  public func take(
    _ event: DeviceRecord.Event, from device: inout Device, about id: ID<Rollout>, at now: Instant
  ) throws -> Bool {
    guard var rollout = try rollout(id), var record = try record(id, device.id) else {
      throw PlatformError.notFound(.rollout)
    }
    let before = record.state
    guard record.take(event, retries: rollout.plan.priority.rules.retries, at: now) else { return false }
    try put(record, id, device.id)
    try settle(&rollout, before, record.state, of: &device)
    return true
  }

  /// A device has a rollout's firmware already: it is done, and takes no place in a wave.
  public func skip(_ device: inout Device, in id: ID<Rollout>, at now: Instant) throws {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    let before = try record(id, device.id)?.state
    guard before != .skipped, before != .confirmed else { return }
    let record = DeviceRecord(.skipped, at: now)
    try put(record, id, device.id)
    try settle(&rollout, before, record.state, of: &device)
  }

  private func settle(
    _ rollout: inout Rollout, _ before: DeviceRecord.State?, _ after: DeviceRecord.State, of device: inout Device
  ) throws {
    let newest = try newestOrder(of: device.id)
    if newest != device.newestRollout {
      device.newestRollout = newest
      try put(device)
    }
    // A device that has left the groups meanwhile is not counted.
    guard rollout.reaches(device.group) else { return }
    rollout.count(before, after, members: try members(of: rollout))
    try put(rollout)
  }
}
