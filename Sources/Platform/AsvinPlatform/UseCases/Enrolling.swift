package import AsvinManifest

/// What a device with our verifier says of itself when it enrols.
package struct Enrolment: Sendable {
  /// What it calls itself.
  package var name: DeviceName
  /// What people call it.
  package var label: String?
  /// The version that it runs.
  package var firmwareVersion: String
  /// Its class, which its releases are for.
  package var deviceClass: Identifier
  /// Its public key, Ed25519.
  package var key: FixedBytes<32>

  /// An enrolment of its parts.
  package init(
    name: DeviceName, label: String?, firmwareVersion: String, deviceClass: Identifier, key: FixedBytes<32>
  ) {
    self.name = name
    self.label = label
    self.firmwareVersion = firmwareVersion
    self.deviceClass = deviceClass
    self.key = key
  }
}

extension WritablePlatformRows {
  /// Enrols a device, in the lobby. The same key again is the same device.
  ///
  /// - Returns: the device, and whether it is new.
  /// - Throws: ``PlatformError/nameTaken(_:)`` where a device of that name has another key, or none: whoever knows a name
  ///   does not take the device's place. An operator deletes it first.
  package func enrol(_ enrolment: Enrolment, at now: Instant) throws -> (device: Device, isNew: Bool) {
    if var known = try device(enrolment.name) {
      guard known.key == enrolment.key else { throw PlatformError.nameTaken(.device) }
      if known.deviceClass != enrolment.deviceClass {
        // Another class takes other firmware: what counts it changes with it.
        var changed = known
        changed.deviceClass = enrolment.deviceClass
        try change(&known, to: changed, at: now)
        try record("device.class", "device \(known.id.value)", by: "device", at: now)
      }
      try hear(&known, firmwareVersion: enrolment.firmwareVersion, at: now)
      return (known, false)
    }
    var device = Device(
      id: ID(0), name: enrolment.name, label: enrolment.label ?? enrolment.name.text,
      firmwareVersion: enrolment.firmwareVersion, registered: now, seen: now, deviceClass: enrolment.deviceClass)
    device.key = enrolment.key
    return (try add(device), true)
  }

  /// What a device that checks releases itself installs next. One that has the image already is not sent it.
  ///
  /// - Parameters:
  ///   - recordsContact: whether the time of the contact is written where the last one is some minutes old. It is not
  ///     where the disk is full: a poll that changes nothing is then answered all the same.
  ///   - isInstalled: whether the device has all that a release brings.
  package func nextRelease(
    for device: inout Device, firmwareVersion: String, at now: Instant, recordsContact: Bool = true,
    isInstalled: (Firmware.Release) throws -> Bool
  ) throws -> Offer? {
    // It says itself when it runs what it has written: a version may be in two releases.
    if device.firmwareVersion != firmwareVersion || recordsContact && !device.wasSeenLately(at: now) {
      device.firmwareVersion = firmwareVersion
      device.seen = now
      try put(device)
    }
    while let offer = try offer(to: device, at: now) {
      guard let release = offer.firmware.release, try isInstalled(release) else { return offer }
      try skip(&device, in: offer.rollout.id, at: now)
    }
    return nil
  }
}

extension PlatformRows {
  /// Since when a device has been behind: the start of the first rollout that is for it and that it has not ended. Devices
  /// have no clock, so that one that is kept from its updates does not know it; this shows it.
  package func behindSince(_ device: Device) throws -> Instant? {
    guard let group = device.group else { return nil }
    return try openRollouts(of: group, above: device.newestRollout).filter { rollout in
      guard rollout.reaches(device, try firmware(rollout.plan.firmware)) else { return false }
      return try record(rollout.id, device.id)?.state.isFinal != true
    }.compactMap(\.started).min()
  }
}
