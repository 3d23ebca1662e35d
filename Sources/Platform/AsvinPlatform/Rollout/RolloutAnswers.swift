// What a rollout has for a device.
extension Rollout {
  /// What a device that asks is told.
  package enum Answer: Equatable, Sendable {
    /// It is let in now, or may try again.
    case admitted
    /// It has been let in: it is told the same again.
    case offeredAgain
    /// Nothing; an older rollout may have something.
    case passed
    /// Nothing: for this device it is done, or held.
    case done
  }

  /// A device's part in it, as far as the tally counts it.
  package struct Part: Equatable, Sendable {
    /// How far the device is.
    package let state: DeviceRecord.State
    /// Whether it failed, and an operator has forgiven that.
    package let isForgiven: Bool
    /// Whether the device says by itself that it runs what it has written.
    package let canConfirm: Bool
  }

  /// The part of a record, and of whose it is.
  package func part(_ record: DeviceRecord, of device: Device) -> Part {
    Part(
      state: record.state, isForgiven: record.state == .failed && record.round < round,
      canConfirm: device.audience != .legacy)
  }

  /// What a device of one of its groups is told.
  ///
  /// - Parameters:
  ///   - record: the device's part so far.
  ///   - members: how many devices can take it.
  package func answer(
    to record: DeviceRecord?, members: @autoclosure () throws -> Int, at now: Instant
  ) rethrows -> Answer {
    guard !isDisabled, !isEnded, phase != .planned else { return .passed }
    let isOpen = phase == .running && plan.priority.rules.window?.contains(now) ?? true
    switch record?.state {
    case nil:
      guard isOpen else { return .passed }
      return tally.admitted - forgivenFailures < quota(members: try members()) ? .admitted : .passed
    case .offered: return isOpen ? .offeredAgain : .passed
    // What has begun may end at any time of the day. Paused, nothing is fetched.
    case .downloading: return phase == .running ? .offeredAgain : .done
    case .installed, .confirmed, .failed, .skipped: return .done
    }
  }

  /// Refuses to serve a device, or to hear that it fetches or has written the firmware, unless the rollout is live for it now.
  /// That a device was offered it once is no permission: an operator may have stopped it since.
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
    case .paused(.byOperator): throw .held(.paused)
    case .paused(.failures): throw .held(.stopped)
    case .running, .finished, .aborted: break
    }
  }

  /// Whether it goes to a device.
  func reaches(_ device: Device, _ firmware: Firmware?) -> Bool {
    guard let group = device.group, let firmware else { return false }
    return activeGroups.contains(group) && firmware.suits(device.audience)
  }
}
