package import AsvinPlatformAPI

// The answers of a rollout to a device.
extension Rollout {
  /// The answer to a device that polls.
  package enum Answer: Equatable, Sendable {
    /// The device may begin, or try again.
    case admitted
    /// The device was admitted before and gets the same offer.
    case offeredAgain
    /// Nothing; an older rollout may have something.
    case passed
    /// Nothing; the device has finished this rollout, or must wait in it.
    case done
  }

  /// A device's part in a rollout, as far as the tally counts it.
  package struct Part: Equatable, Sendable {
    package let state: RecordState
    /// Whether the device counts as a failure and an operator has forgiven that.
    package let isForgiven: Bool
    /// Whether the device confirms by itself that it runs what it has written.
    package let canConfirm: Bool
  }

  package func part(_ record: DeviceRecord, of device: Device) -> Part {
    Part(
      state: record.state, isForgiven: isFailure(record.state) && record.round < round,
      canConfirm: device.audience != .legacy)
  }

  /// Whether a state counts as a failure.
  package func isFailure(_ state: RecordState) -> Bool {
    state == .failed || state == .stalled && plan.rules.pace.stalled == .failure
  }

  /// Returns the answer to a device in one of its groups.
  ///
  /// - Parameters:
  ///   - record: the device's record, if it has one.
  ///   - utcOffset: the minutes by which the device's time is ahead of UTC.
  ///   - members: the number of devices that can use the firmware.
  package func answer(
    to record: DeviceRecord?, utcOffset: Int = 0, members: @autoclosure () throws -> Int, at now: Instant
  ) rethrows -> Answer {
    guard !isDisabled, !isEnded, phase != .planned else { return .passed }
    let isOpen = phase == .running && plan.rules.window?.contains(now, utcOffset: utcOffset) ?? true
    switch record?.state {
    case nil: return try isOpen && hasCapacity && hasPlace(members: members()) ? .admitted : .passed
    case .queued:
      guard isOpen, elapsed >= record?.due ?? 0 else { return .done }
      return try hasCapacity && hasPlace(members: members()) ? .admitted : .done
    case .stalled:
      guard isOpen, hasCapacity, mayReturn(record) else { return .done }
      // The device keeps its place, unless another device has it.
      let keepsPlace = plan.rules.pace.stalled == .failure && record?.round == round
      return try keepsPlace || hasPlace(members: members()) ? .admitted : .done
    case .offered: return isOpen ? .offeredAgain : .passed
    // A download that has begun may continue outside the daily window, but not while the rollout is paused.
    case .downloading: return phase == .running ? .offeredAgain : .done
    case .installed, .confirmed, .failed, .skipped: return .done
    }
  }

  /// Whether a stalled device is offered the firmware again: while its time-outs and failures together are not more than its
  /// retries, or one. It may have been switched off; but one that polls and never begins would take a place each time.
  private func mayReturn(_ record: DeviceRecord?) -> Bool {
    record.map { $0.failures <= max(plan.rules.retries, 1) } ?? true
  }

  private func hasPlace(members: Int) -> Bool {
    tally.admitted(plan.rules) - forgivenFailures < quota(members: members)
  }

  /// Refuses to serve a device, or to accept its report of a download or an installation, unless the rollout is live for it
  /// now. An earlier offer is not a permission, because an operator may have stopped the rollout since.
  ///
  /// - Throws: ``PlatformError/over(_:)``, ``PlatformError/held(_:)``.
  package func permit(_ device: Device, _ firmware: Firmware) throws(PlatformError) {
    guard !isEnded else { throw .over(phase) }
    guard device.placement != .blacklisted else { throw .held(.blacklisted) }
    guard let group = device.group, plan.groups.contains(group), firmware.suits(device.audience) else {
      throw .held(.notInGroups)
    }
    guard !isDisabled, !disabledGroups.contains(group) else { throw .held(.disabled) }
    switch phase {
    case .planned: throw .held(.planned)
    case .paused: throw .held(.paused)
    case .stopped: throw .held(.stopped)
    case .running, .finished, .aborted, .expired: break
    }
  }

  /// Whether a device is in the active groups and can use the firmware.
  func reaches(_ device: Device, _ firmware: Firmware?) -> Bool {
    guard let group = device.group, let firmware else { return false }
    return activeGroups.contains(group) && firmware.suits(device.audience)
  }
}
