import AsvinPlatformAPI

/// A device that an operator expects: its name, and with it the key that its factory wrote. It needs no enrolment token then,
/// and is placed at once. Another key under the name is refused.
package struct ExpectedDevice: Equatable, Sendable {
  package var id: ID<ExpectedDevice>
  /// The device's own name as the list has it.
  package var name: String
  /// The key; `nil` for an asvin client, or for a device that makes its key itself.
  package var key: DeviceKey?
  /// The name that operators see.
  package var label: String?
  /// The group of the device; without it, it is placed as any new device.
  package var group: ID<DeviceGroup>?

  package init(
    id: ID<ExpectedDevice>, name: DeviceName, key: DeviceKey? = nil, label: String? = nil, group: ID<DeviceGroup>? = nil
  ) {
    (self.id, self.name, self.key, self.label, self.group) = (id, name.text, key, label, group)
  }
}

extension WriteTransaction {
  /// Expects a device. A device that is expected in the same way already, or has enrolled as expected, is left as it is, so
  /// that a list can be sent again.
  ///
  /// - Returns: the device, and whether it is new in the list; `nil` if it has enrolled.
  /// - Throws: ``PlatformError/blocked(_:_:)`` if a device of that name is enrolled, or expected otherwise;
  ///   ``PlatformError/notFound(_:)`` for an unknown group.
  package func expect(_ device: ExpectedDevice) throws -> (device: ExpectedDevice, isNew: Bool)? {
    guard let name = DeviceName(device.name) else { throw PlatformError.invalid("a name has control characters") }
    if let enrolled = try self.device(name) {
      guard device.key == nil || device.key == enrolled.key else {
        throw PlatformError.blocked("device '\(name.text)' is enrolled with another key", "leave it out of the list")
      }
      return nil
    }
    if let group = device.group, try deviceGroup(group) == nil { throw PlatformError.notFound(.deviceGroup) }
    guard let known = try expectedDevice(name) else { return (try add(device), true) }
    guard known.key == device.key, known.label == device.label, known.group == device.group else {
      throw PlatformError.blocked(
        "device '\(name.text)' is expected with another key, label or group",
        "remove it from the list first: asvin-pack device unexpect")
    }
    return (known, false)
  }

  /// Returns what is expected of a device that enrols.
  ///
  /// - Throws: ``PlatformError/closed(_:)`` if the device is expected with another key.
  func expectation(of name: DeviceName, key: DeviceKey?) throws -> ExpectedDevice? {
    guard let expected = try expectedDevice(name) else { return nil }
    guard expected.key == nil || expected.key == key else { throw PlatformError.closed(.otherKey) }
    return expected
  }

  /// Places a new device as it was expected. It is not expected any more.
  func fulfil(_ expected: ExpectedDevice, by device: inout Device, at now: Instant) throws {
    try remove(expected.id)
    // A group that was deleted since then leaves the device in the lobby.
    guard let group = expected.group, try deviceGroup(group) != nil else { return }
    try move(&device, to: .grouped(group), at: now)
    try record(
      .moveToGroup, "device \(device.id.value)", [AuditDetail("group", "\(group.value)")], by: "platform", at: now)
  }
}
