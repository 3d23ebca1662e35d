import AsvinManifest
import AsvinPlatformAPI
package import AsvinVerifier

// The polls of both device APIs. A poll that changes nothing only reads: devices poll once a minute, and a commit waits for
// the disk. A poll writes for two reasons: the device reports another version, or a rollout admits it.

extension PlatformStore {
  /// Runs a poll on a snapshot, and as a write if it writes. A poll of a workspace whose polls usually write begins as a
  /// write; if the store cannot be written, it is answered if it has no news.
  package func poll<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin? = nil,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    guard let habit = pollHabit else { return try await attempt(in: workspace, from: origin, body) }
    guard habit.expectsWrite(in: workspace) else {
      do {
        let result = try await tryOnSharedSnapshot(in: workspace, body)
        habit.note(wrote: false, in: workspace)
        return result
      } catch ServiceFault.readOnly {
        return try await pollByWriting(in: workspace, from: origin, habit, body)
      }
    }
    do {
      return try await pollByWriting(in: workspace, from: origin, habit, body)
    } catch let fault as ServiceFault {
      habit.forget(workspace)
      do {
        return try await tryOnSharedSnapshot(in: workspace, body)
      } catch ServiceFault.readOnly {
        // A second attempt to write would wait for the same lock again.
        throw fault
      }
    }
  }

  private func pollByWriting<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin?, _ habit: PollHabit,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    let (result, wrote) = try await write(in: workspace, from: origin) { rows in
      let before = rows.changes
      let result = try body(rows)
      return (result, rows.changes != before)
    }
    habit.note(wrote: wrote, in: workspace)
    return result
  }
}

/// Firmware that a rollout offers to a device.
package struct Offer: Equatable, Sendable {
  package var rollout: Rollout
  package var firmware: Firmware
}

/// A release that a rollout offers to a verifying device, with the payloads that the device fetches.
package struct ReleaseOffer: Sendable {
  package let offer: Offer
  package let release: Firmware.Release
  package let payloads: [ChosenPayload]
}

extension WriteTransaction {
  /// Answers the poll of an asvin client. A device that is not registered, or that has a key of its own, is offered
  /// nothing: an error would stop an ESP8266 permanently.
  package func nextImage(for name: DeviceName, firmwareVersion: String, at now: Instant) throws -> Offer? {
    guard var device = try device(name), device.key == nil else { return nil }
    try recordContact(&device, firmwareVersion: firmwareVersion, at: now)
    return try offer(to: device, at: now)
  }

  /// Answers the poll of a verifying device. A release that it already has is marked as skipped. A release without a
  /// payload that it can use is recorded as failed, so that the rollout shows what the device would refuse.
  ///
  /// - Parameters:
  ///   - sequence: the sequence number of the release that the device runs, if it reports it.
  ///   - utcOffset: the minutes by which the device's time is ahead of UTC, if it reports them.
  /// - Throws: ``PlatformError/notFound(_:)``.
  package func nextRelease(
    for id: ID<Device>, firmwareVersion: String, sequence: UInt64? = nil, installed: [InstalledImage], features: UInt64,
    memory: UInt64, utcOffset: Int? = nil, at now: Instant
  ) throws -> ReleaseOffer? {
    guard var device = try device(id) else { throw PlatformError.notFound(.device) }
    // The version proves no confirmation: two releases may have one version, and the device confirms by itself.
    let isChanged = device.firmwareVersion != firmwareVersion
    let isMoved = utcOffset.map { $0 != device.utcOffset } ?? false
    device.utcOffset = utcOffset ?? device.utcOffset
    try saveContact(&device, firmwareVersion: firmwareVersion, isNews: isChanged || isMoved, at: now)
    if isChanged { try noticeFallback(of: &device, sequence: sequence, at: now) }
    while let next = try nextOffer(for: device, at: now), let release = next.offer.firmware.release {
      let payloads = try release.payloads(installed: installed, features: features, memory: memory)
      let bytes = (payloads ?? []).reduce(0) { $0 + $1.payload.size }
      let offer = next.isNew ? try admit(device, next.offer, bytes: bytes, at: now) : next.offer
      guard let payloads else {
        let failure = DeviceRecord.Event.fails(Reason.noUsablePayload.rawValue)
        guard try apply(failure, from: &device, about: offer.rollout.id, at: now) else { return nil }
        continue
      }
      if !payloads.isEmpty { return ReleaseOffer(offer: offer, release: release, payloads: payloads) }
      try markSkipped(&device, in: offer.rollout.id, at: now)
    }
    return nil
  }

  /// Returns the offer to a device, and admits the device if the offer is new.
  package func offer(to device: Device, at now: Instant) throws -> Offer? {
    guard let (offer, isNew) = try nextOffer(for: device, at: now) else { return nil }
    return isNew ? try admit(device, offer, bytes: offer.firmware.image.size, at: now) : offer
  }

  private func admit(_ device: Device, _ offer: Offer, bytes: UInt64, at now: Instant) throws -> Offer {
    var rollout = offer.rollout
    let known = try record(rollout.id, device.id)
    let before = known.flatMap { $0.isCounted ? rollout.part($0, of: device) : nil }
    var record = known ?? DeviceRecord(previous: device.firmwareVersion, at: now)
    if known != nil { record.offerAgain(to: device.firmwareVersion, at: now) }
    record.due = rollout.due(record.state, canConfirm: device.audience != .legacy)
    try put(record, rollout.id, device.id)
    rollout.charge(bytes)
    try update(&rollout, from: before, to: rollout.part(record, of: device), at: now)
    return Offer(rollout: rollout, firmware: offer.firmware)
  }

  /// Records the contact of an asvin client, or an enrolment. If the version changed to that of an offered firmware, the
  /// device runs that firmware: asvin's clients report nothing else after their restart, and pycom's client reports nothing
  /// before it.
  package func recordContact(_ device: inout Device, firmwareVersion: String, at now: Instant) throws {
    let isChanged = device.firmwareVersion != firmwareVersion
    try saveContact(&device, firmwareVersion: firmwareVersion, isNews: isChanged, at: now)
    guard isChanged else { return }
    try noticeFallback(of: &device, sequence: nil, at: now)
    for rollout in try unconfirmedRollouts(of: device.id) {
      guard let known = try self.rollout(rollout), try firmware(known.plan.firmware)?.version == firmwareVersion else {
        continue
      }
      try apply(.runs, from: &device, about: rollout, at: now)
    }
  }

  /// Notices whether a device whose version changed runs an older one than the firmware that it had confirmed. While the
  /// rollout continues, the device is offered the firmware again, and counts as failed when it has no retry left.
  private func noticeFallback(of device: inout Device, sequence: UInt64?, at now: Instant) throws {
    guard device.newestRollout > 0, let rollout = try rollout(order: device.newestRollout),
      let record = try record(rollout.id, device.id), record.state == .confirmed || record.state == .skipped,
      let firmware = try firmware(rollout.plan.firmware)
    else { return }
    let isOlder: Bool
    if let sequence, let release = firmware.release {
      isOlder = sequence < release.sequence
    } else {
      isOlder = firmware.version != device.firmwareVersion && record.previous == device.firmwareVersion
    }
    guard isOlder != (device.fellBack != nil) else { return }
    device.fellBack = isOlder ? now : nil
    try put(device)
    guard isOlder, !rollout.isEnded else { return }
    try apply(.fallsBack(Reason.notConfirmed.rawValue), from: &device, about: rollout.id, at: now)
  }

  /// Notes a contact, and stores it with its news.
  private func saveContact(
    _ device: inout Device, firmwareVersion: String, isNews: Bool, at now: Instant
  ) throws {
    noteContact(device, at: now)
    guard isNews else { return }
    (device.firmwareVersion, device.seen) = (firmwareVersion, now)
    try put(device)
  }
}

extension ReadTransaction {
  /// Returns the offer that a device would get, without admitting it.
  ///
  /// - Returns: the offer, and whether it is new, so that the device must be admitted.
  package func nextOffer(for device: Device, at now: Instant) throws -> (offer: Offer, isNew: Bool)? {
    guard let group = device.group else { return nil }
    // Rollouts that were started before the one whose firmware the device has would downgrade it.
    for rollout in try openRollouts(of: group, above: device.newestRollout) {
      guard let firmware = try firmware(rollout.plan.firmware), rollout.reaches(device, firmware) else { continue }
      let record = try record(rollout.id, device.id)
      switch try rollout.answer(
        to: record, utcOffset: device.utcOffset, members: try members(of: rollout), at: now)
      {
      case .admitted: return (Offer(rollout: rollout, firmware: firmware), true)
      case .offeredAgain: return (Offer(rollout: rollout, firmware: firmware), false)
      case .passed: continue
      case .done: return nil
      }
    }
    return nil
  }

  /// Returns the start of the first rollout to a device that the device has not completed, or the time at which it fell
  /// back to an older version. A device has no clock and cannot notice that it is cut off from its updates; this shows it.
  package func behindSince(_ device: Device) throws -> Instant? {
    guard let group = device.group else { return device.fellBack }
    let open = try openRollouts(of: group, above: device.newestRollout).filter { rollout in
      guard rollout.reaches(device, try firmware(rollout.plan.firmware)) else { return false }
      return try record(rollout.id, device.id)?.state.isFinal != true
    }.compactMap(\.started)
    return (open + [device.fellBack].compactMap { $0 }).min()
  }
}
