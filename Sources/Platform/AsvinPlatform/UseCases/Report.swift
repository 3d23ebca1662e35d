import AsvinPlatformAPI

// The reports of devices about rollouts, and the actions of the rollouts that follow.
extension WriteTransaction {
  /// Applies an event of a device in a rollout that it was offered. That a device runs the firmware or failed is a fact,
  /// which is recorded at any time. That it fetches or has written the firmware is refused if the rollout is not live for
  /// it, so that the device learns that it must stop.
  ///
  /// - Parameter delay: the seconds for which a device postpones the update.
  /// - Returns: whether the record changed. A repeated event is counted once.
  /// - Throws: ``PlatformError/notFound(_:)`` if the device was not offered the rollout; ``PlatformError/over(_:)``,
  ///   ``PlatformError/held(_:)``.
  @discardableResult
  package func apply(
    _ event: DeviceRecord.Event, from device: inout Device, about id: ID<Rollout>, delay: Int64 = 3600, at now: Instant
  ) throws -> Bool {
    guard var rollout = try rollout(id), var record = try record(id, device.id) else {
      throw PlatformError.notFound(.rollout)
    }
    switch (event, record.state) {
    // A device repeats this report while it waits for its restart, and learns that it must not start the release. asvin's
    // own clients report only when they run it.
    case (.writes, .installed) where rollout.phase == .aborted && device.audience != .legacy:
      throw PlatformError.over(.aborted)
    case (.runs, _), (.fails, _), (.timesOut, _), (.fallsBack, _), (_, .installed), (_, .confirmed), (_, .skipped):
      break
    case (.begins, .queued), (.writes, .queued): throw PlatformError.held(.queued)
    case (.begins, _), (.writes, _), (.postpones, _):
      guard let firmware = try firmware(rollout.plan.firmware) else { throw PlatformError.notFound(.firmware) }
      try rollout.permit(device, firmware)
    }
    let before = rollout.part(record, of: device)
    let retries = rollout.plan.rules.retries
    guard record.apply(event, retries: retries, round: rollout.round, at: now) else { return false }
    record.due =
      event == .postpones
      ? rollout.elapsed + delay : rollout.due(record.state, canConfirm: device.audience != .legacy)
    try put(record, id, device.id)
    if event == .runs, let version = try firmware(rollout.plan.firmware)?.version,
      device.firmwareVersion != version || device.fellBack != nil
    {
      // A later poll with another version shows that the device fell back.
      (device.firmwareVersion, device.fellBack) = (version, nil)
      try put(device)
    }
    try settle(&rollout, before, record, of: &device, at: now)
    return true
  }

  /// Marks a device that already has a rollout's firmware. It takes no place in a wave.
  package func markSkipped(_ device: inout Device, in id: ID<Rollout>, at now: Instant) throws {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    let known = try record(id, device.id)
    guard known?.state != .skipped, known?.state != .confirmed else { return }
    var record = DeviceRecord(.skipped, at: now)
    let firmware = try firmware(rollout.plan.firmware)
    record.isCounted = known?.isCounted ?? rollout.reaches(device, firmware)
    if device.fellBack != nil {
      device.fellBack = nil
      try put(device)
    }
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
    // Devices that have left the groups are not counted, and an aborted rollout counts nothing.
    guard record.isCounted, rollout.phase != .aborted else { return }
    try update(&rollout, from: before, to: rollout.part(record, of: device), at: now)
  }

  /// Updates and stores a rollout after a change of a device's part.
  func update(
    _ rollout: inout Rollout, from before: Rollout.Part?, to after: Rollout.Part?, at now: Instant?
  ) throws {
    let old = rollout
    rollout.update(from: before, to: after, members: try members(of: rollout))
    try save(&rollout, after: old, at: now)
  }

  /// Stores a rollout that has advanced, and records in the audit log what it did by itself.
  func save(_ rollout: inout Rollout, after old: Rollout, at now: Instant?) throws {
    if rollout.isEnded, !old.isEnded { rollout.finalMembers = try members(of: rollout) }
    try put(rollout)
    guard let now else { return }
    let subject = "rollout \(rollout.id.value)"
    let facts = try rollout.wave > old.wave || rollout.phase != old.phase ? details(of: rollout) : []
    if rollout.wave > old.wave {
      let counts = [
        AuditDetail("wave", "\(rollout.wave)"),
        AuditDetail("succeeded", "\(rollout.tally.succeeded(rollout.plan.rules))"),
        AuditDetail("failed", "\(rollout.tally.failed)"),
      ]
      try record(.openWave, "\(subject) wave \(rollout.wave)", facts + counts, by: "platform", at: now)
    }
    switch rollout.phase {
    case old.phase: break
    case .stopped:
      try record(
        .stopRollout, "\(subject): \(rollout.unforgivenFailures) devices failed",
        facts + [AuditDetail("failed", "\(rollout.unforgivenFailures)")], by: "platform", at: now)
    case .finished: try record(.finishRollout, subject, facts, by: "platform", at: now)
    case .expired: try record(.expireRollout, subject, facts, by: "platform", at: now)
    case .planned, .running, .paused, .aborted: break
    }
  }
}
