/// What a device is told to install.
package struct Offer: Equatable, Sendable {
  /// The rollout that it comes from.
  package var rollout: Rollout
  /// What to install.
  package var firmware: Firmware
}

extension PlatformRows {
  /// What a device that asks would be told, without letting it in.
  ///
  /// - Returns: the offer, and whether the device is let in with it, which is then to be written.
  package func nextOffer(for device: Device, at now: Instant) throws -> (offer: Offer, isNew: Bool)? {
    guard let group = device.group else { return nil }
    // What was started before the firmware that it has would take it back.
    for rollout in try openRollouts(of: group, above: device.newestRollout) {
      guard let firmware = try firmware(rollout.plan.firmware), rollout.reaches(device, firmware) else { continue }
      let record = try record(rollout.id, device.id)
      switch try rollout.answer(to: record, members: try members(of: rollout), at: now) {
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
  package func offer(to device: Device, at now: Instant) throws -> Offer? {
    guard let (offer, isNew) = try nextOffer(for: device, at: now) else { return nil }
    guard isNew else { return offer }
    var rollout = offer.rollout
    let record = DeviceRecord(at: now)
    try put(record, rollout.id, device.id)
    try count(nil, rollout.part(record, of: device), in: &rollout, at: now)
    return Offer(rollout: rollout, firmware: offer.firmware)
  }

  /// Takes what a device says about a rollout that it was offered. What it runs, had already or failed at is a fact, which
  /// is recorded at any time. That it fetches or has written the firmware is refused when the rollout is not live for it: so
  /// it hears that it must stop.
  ///
  /// - Returns: whether that changed anything: a device that says it twice is counted once.
  /// - Throws: ``PlatformError/notFound(_:)`` for a rollout that it was not offered; ``PlatformError/over(_:)``,
  ///   ``PlatformError/held(_:)``.
  @discardableResult
  package func take(
    _ event: DeviceRecord.Event, from device: inout Device, about id: ID<Rollout>, at now: Instant
  ) throws -> Bool {
    guard var rollout = try rollout(id), var record = try record(id, device.id) else {
      throw PlatformError.notFound(.rollout)
    }
    switch (event, record.state) {
    case (.runs, _), (.fails, _), (_, .installed), (_, .confirmed), (_, .skipped): break
    case (.begins, _), (.writes, _):
      guard let firmware = try firmware(rollout.plan.firmware) else { throw PlatformError.notFound(.firmware) }
      try rollout.permit(device, firmware)
    }
    let before = rollout.part(record, of: device)
    let retries = rollout.plan.priority.rules.retries
    guard record.take(event, retries: retries, round: rollout.round, at: now) else { return false }
    try put(record, id, device.id)
    try settle(&rollout, before, record, of: &device, at: now)
    return true
  }

  /// A device has a rollout's firmware already: it is done, and takes no place in a wave.
  package func skip(_ device: inout Device, in id: ID<Rollout>, at now: Instant) throws {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    let known = try record(id, device.id)
    guard known?.state != .skipped, known?.state != .confirmed else { return }
    var record = DeviceRecord(.skipped, at: now)
    let firmware = try firmware(rollout.plan.firmware)
    record.isCounted = known?.isCounted ?? rollout.reaches(device, firmware)
    try put(record, id, device.id)
    try settle(&rollout, known.map { rollout.part($0, of: device) }, record, of: &device, at: now)
  }

  private func settle(
    _ rollout: inout Rollout, _ before: Rollout.Part?, _ record: DeviceRecord, of device: inout Device, at now: Instant
  ) throws {
    let newest = try newestOrder(of: device.id)
    if newest != device.newestRollout {
      device.newestRollout = newest
      try put(device)
    }
    // A device that has left the groups is not counted, and nothing counts for a rollout that was given up.
    guard record.isCounted, rollout.phase != .aborted else { return }
    try count(before, rollout.part(record, of: device), in: &rollout, at: now)
  }

  /// Takes a change of a device's part into account, and writes the rollout.
  func count(_ before: Rollout.Part?, _ after: Rollout.Part?, in rollout: inout Rollout, at now: Instant?) throws {
    let old = rollout
    rollout.count(before, after, members: try members(of: rollout))
    try save(&rollout, after: old, at: now)
  }

  /// Writes a rollout that has reviewed itself, and records in the audit log what it did by itself.
  func save(_ rollout: inout Rollout, after old: Rollout, at now: Instant?) throws {
    if rollout.isEnded, !old.isEnded { rollout.finalMembers = try members(of: rollout) }
    try put(rollout)
    guard let now else { return }
    let subject = "rollout \(rollout.id.value)"
    if rollout.wave > old.wave {
      try record("rollout.wave", "\(subject) wave \(rollout.wave)", by: "platform", at: now)
    }
    switch rollout.phase {
    case old.phase: break
    case .paused(.failures):
      let text = "\(subject): \(rollout.unforgivenFailures) devices failed"
      try record("rollout.stop", text, by: "platform", at: now)
    case .finished: try record("rollout.finish", subject, by: "platform", at: now)
    default: break
    }
  }
}
