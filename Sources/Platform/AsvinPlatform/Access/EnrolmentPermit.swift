import AsvinPlatformAPI

/// What permits the enrolment of a device.
package enum EnrolmentPermit: Equatable, Sendable {
  /// A key or an account that every asvin client of the workspace has.
  case customerKey
  case token(ID<EnrolmentToken>)

  /// How the name of a token in the audit log begins.
  package static let tokenActor = "enrolment token "
}

extension WriteTransaction {
  /// Enrols a verifying device if a permit allows it. The permit is checked in the transaction that uses it up, so that two
  /// devices never share the last use of a token, and a token that was just revoked enrols no device.
  ///
  /// A device that enrols again with its key uses nothing up, because the reply to its first request may have been lost.
  ///
  /// - Parameter actor: who enrols it, for the audit log.
  /// - Returns: the device, and whether it is new.
  /// - Throws: ``PlatformError/closed(_:)``; the errors of ``enrol(_:by:at:)``.
  package func enrol(
    _ enrolment: Enrolment, permittedBy permit: EnrolmentPermit, by actor: String, at now: Instant
  ) throws -> (device: Device, isNew: Bool) {
    guard case .token(let id) = permit else {
      let isPermitted = try settings().enrolsByCustomerKey || isExpected(enrolment)
      guard isPermitted else { throw PlatformError.closed(.customerKey) }
      return try enrol(enrolment, by: actor, at: now)
    }
    guard var token = try enrolmentToken(id), token.isValid(at: now) else { throw PlatformError.closed(.token) }
    let known = try device(enrolment.name)
    if let bound = token.device, known?.id != bound { throw PlatformError.closed(.otherDevice) }
    if known?.key == enrolment.key { return try enrol(enrolment, by: actor, at: now) }
    guard !token.isUsedUp else { throw PlatformError.closed(.usedUp) }
    token.uses += 1
    token.lastUse = now
    try put(token)
    if token.device != nil, var old = known {
      var changed = old
      changed.key = enrolment.key
      changed.deviceClass = enrolment.deviceClass
      try change(&old, to: changed, at: now)
      try record(.replaceDeviceKey, "device \(old.id.value)", enrolment.key.details, by: actor, at: now)
      if let version = enrolment.firmwareVersion { try recordContact(&old, firmwareVersion: version, at: now) }
      return (old, false)
    }
    let isPlaced = try expectedDevice(enrolment.name)?.group != nil
    var (device, isNew) = try enrol(enrolment, by: actor, at: now)
    // A group that was deleted since then leaves the device in the lobby. The list of expected devices is more specific.
    if !isPlaced, let group = token.group, try deviceGroup(group) != nil {
      try move(&device, to: .grouped(group), at: now)
      try record(
        .moveToGroup, "device \(device.id.value)", [AuditDetail("group", "\(group.value)")], by: actor, at: now)
    }
    return (device, isNew)
  }
  /// Whether a device is expected with its key, or was enrolled with it before.
  private func isExpected(_ enrolment: Enrolment) throws -> Bool {
    if let known = try device(enrolment.name) { return known.key == enrolment.key }
    guard let key = try expectedDevice(enrolment.name)?.key else { return false }
    return key == enrolment.key
  }
}
