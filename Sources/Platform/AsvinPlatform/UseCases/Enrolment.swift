import AsvinCrypto
package import AsvinManifest
package import AsvinPlatformAPI

/// The data with which a verifying device enrols.
package struct Enrolment: Sendable {
  /// The device's own name.
  package var name: DeviceName
  /// The name that operators see.
  package var label: String?
  /// The version that the device reports; `nil` if an operator registers the device, which made no contact then.
  package var firmwareVersion: String?
  package var deviceClass: Identifier
  package var key: DeviceKey

  package init(
    name: DeviceName, label: String?, firmwareVersion: String?, deviceClass: Identifier, key: DeviceKey
  ) {
    self.name = name
    self.label = label
    self.firmwareVersion = firmwareVersion
    self.deviceClass = deviceClass
    self.key = key
  }
}

extension DeviceKey {
  /// The digest of a public key. A symmetric key is secret, and so is its digest.
  package var details: [AuditDetail] {
    guard case .ed25519(let point) = self else { return [] }
    let bytes = point.array
    return [AuditDetail("key", SHA256.digest(of: bytes.span).hexadecimal)]
  }
}

extension WriteTransaction {
  /// Enrols a verifying device. A new device is in the lobby; a device with the same key is the same device.
  ///
  /// - Parameter actor: who enrols it, for the audit log.
  /// - Returns: the device, and whether it is new.
  /// - Throws: ``PlatformError/nameTaken(_:)`` if a device of that name has another key or none, so that knowing a name is
  ///   not enough to replace a device. An operator must delete the old device first. ``PlatformError/closed(_:)`` if the
  ///   device is expected with another key.
  package func enrol(
    _ enrolment: Enrolment, by actor: String = "device", at now: Instant
  ) throws -> (device: Device, isNew: Bool) {
    if var known = try device(enrolment.name) {
      guard known.key == enrolment.key else { throw PlatformError.nameTaken(.device) }
      if known.deviceClass != enrolment.deviceClass {
        // Devices of another class use other firmware, so that every count of the device changes.
        var changed = known
        changed.deviceClass = enrolment.deviceClass
        try change(&known, to: changed, at: now)
        try record(
          .changeDeviceClass, "device \(known.id.value)", [AuditDetail("class", enrolment.deviceClass.uuid)], by: actor,
          at: now)
      }
      if let version = enrolment.firmwareVersion { try recordContact(&known, firmwareVersion: version, at: now) }
      return (known, false)
    }
    let expected = try expectation(of: enrolment.name, key: enrolment.key)
    var device = Device(
      id: ID(0), name: enrolment.name, label: expected?.label ?? enrolment.label ?? enrolment.name.text,
      firmwareVersion: enrolment.firmwareVersion ?? "", registered: now, seen: now, deviceClass: enrolment.deviceClass)
    device.key = enrolment.key
    var added = try add(device)
    try record(
      .enrolDevice, "device \(added.id.value)",
      [AuditDetail("name", added.name.text), AuditDetail("class", enrolment.deviceClass.uuid)]
        + enrolment.key.details, by: actor, at: now)
    if let expected { try fulfil(expected, by: &added, at: now) }
    if added.placement == .lobby { try placeByRule(&added, at: now) }
    return (added, true)
  }

  /// Registers an asvin client. A new device is in the lobby; for a known device, the contact is recorded if it is news.
  ///
  /// - Returns: the device, and whether it is new.
  /// - Throws: ``PlatformError/closed(_:)`` if a device with a key is expected under the name.
  package func register(
    _ name: DeviceName, label: String?, firmwareVersion: String, at now: Instant
  ) throws -> (device: Device, isNew: Bool) {
    if var device = try device(name) {
      // An ESP32 registers before each of its polls.
      try recordContact(&device, firmwareVersion: firmwareVersion, at: now)
      return (device, false)
    }
    let expected = try expectation(of: name, key: nil)
    let device = Device(
      id: ID(0), name: name, label: expected?.label ?? label ?? name.text, firmwareVersion: firmwareVersion,
      registered: now, seen: now)
    var added = try add(device)
    try record(
      .enrolDevice, "device \(added.id.value)", [AuditDetail("name", added.name.text)], by: "device", at: now)
    if let expected { try fulfil(expected, by: &added, at: now) }
    if added.placement == .lobby { try placeByRule(&added, at: now) }
    return (added, true)
  }
}
