import AsvinPlatformAPI

// The actions of rollouts that follow from time, and further attempts of devices.
extension WriteTransaction {
  /// Lets time pass for all rollouts that have started. A rollout that waits for nothing is not written.
  ///
  /// - Parameters:
  ///   - running: the seconds for which the platform served since the last step.
  ///   - age: the seconds by which the rollouts are older than at the last step that counted towards deadlines.
  package func passTime(running: Int64, age: Int64 = 0, at now: Instant) throws {
    for id in try startedRollouts() { try passTime(of: id, running: running, age: age, at: now) }
  }

  /// Lets time pass for one rollout: its deadline, its soak time, and the time-outs of its devices.
  package func passTime(of id: ID<Rollout>, running: Int64, age: Int64, at now: Instant) throws {
    guard let known = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    if known.needsAge {
      var older = known
      older.grow(by: age)
      try advance(older, after: known, at: now)
    }
    // The devices come first: a wave must not open in the step in which the time-outs in it stop the rollout. If there are
    // more than one step handles, the time of the rollout waits for the next steps.
    guard let rollout = try rollout(id), rollout.needsTime, try stallOverdue(in: rollout, after: running, at: now),
      let before = try self.rollout(id), before.needsTime
    else { return }
    var later = before
    later.run(for: running)
    try advance(later, after: before, at: now)
  }

  private func advance(_ rollout: Rollout, after old: Rollout, at now: Instant) throws {
    guard rollout != old else { return }
    var rollout = rollout
    rollout.advance(members: try members(of: rollout))
    try save(&rollout, after: old, at: now)
  }

  /// Stalls devices that will be overdue after a number of seconds.
  ///
  /// - Returns: whether no others are.
  private func stallOverdue(in rollout: Rollout, after seconds: Int64, at now: Instant) throws -> Bool {
    guard rollout.plan.times.hasLimits else { return true }
    var stalled = 0
    let limit = PlatformLimit.stalledAtOnce
    let overdue = try overdueDevices(of: rollout.id, at: rollout.elapsed + seconds, limit: limit)
    for id in overdue {
      // A rollout that stops at its failure threshold waits for an operator, and its other devices wait with it.
      guard try self.rollout(rollout.id)?.phase == .running, var device = try device(id) else { break }
      if try apply(.timesOut, from: &device, about: rollout.id, at: now) { stalled += 1 }
    }
    if stalled > 0 {
      try record(.stallDevices, "rollout \(rollout.id.value): \(stalled) devices", by: "platform", at: now)
    }
    return overdue.count < limit
  }

  /// Lets devices that failed or stalled try again. They wait for a place in the open wave, as new devices do.
  ///
  /// - Parameter devices: the devices; `nil` for all that failed or stalled. Other devices are left as they are.
  /// - Returns: the number of devices that may try again.
  /// - Throws: ``PlatformError/wrongPhase(_:)`` unless the rollout has started and not ended;
  ///   ``PlatformError/notFound(_:)`` for a device without a part in the rollout.
  @discardableResult
  package func retry(_ id: ID<Rollout>, devices: [ID<Device>]? = nil, at now: Instant) throws -> Int {
    guard var rollout = try rollout(id) else { throw PlatformError.notFound(.rollout) }
    guard rollout.phase != .planned, !rollout.isEnded else { throw PlatformError.wrongPhase(rollout.phase) }
    guard let devices else { return try retryAll(rollout, at: now) }
    var count = 0
    for device in devices {
      guard let known = try self.device(device), var record = try record(id, device) else {
        throw PlatformError.notFound(.device)
      }
      let before = record.isCounted ? rollout.part(record, of: known) : nil
      guard record.retry(at: now) else { continue }
      try put(record, id, device)
      try update(&rollout, from: before, to: record.isCounted ? rollout.part(record, of: known) : nil, at: now)
      count += 1
    }
    return count
  }

  private func retryAll(_ rollout: Rollout, at now: Instant) throws -> Int {
    let count = try requeue(rollout.id, at: now)
    guard count > 0 else { return 0 }
    var changed = rollout
    let deviceClass = try firmware(rollout.plan.firmware)?.release?.deviceClass
    (changed.tally, changed.forgivenFailures) = try recount(changed, deviceClass: deviceClass)
    changed.advance(members: try members(of: changed))
    try save(&changed, after: rollout, at: now)
    return count
  }
}
