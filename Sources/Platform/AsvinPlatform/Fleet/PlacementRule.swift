package import AsvinManifest
import AsvinPlatformAPI

/// A rule that places a new device in a group. The first rule whose conditions hold is applied.
package struct PlacementRule: Equatable, Sendable {
  package var group: ID<DeviceGroup>
  /// The beginning of the device's name, in either case.
  package var namePrefix: String?
  package var deviceClass: Identifier?
  package var version: String?
  /// Whether the device verifies releases itself.
  package var isVerifying: Bool?

  package init(group: ID<DeviceGroup>) { self.group = group }

  /// Whether the conditions hold for a device.
  package func includes(_ device: Device) -> Bool {
    namePrefix.map { device.name.folded.utf8.starts(with: $0.foldedASCII.utf8) } ?? true
      && deviceClass.map { device.deviceClass == $0 } ?? true && version.map { device.firmwareVersion == $0 } ?? true
      && isVerifying.map { device.isVerifying == $0 } ?? true
  }
}

extension WriteTransaction {
  /// Places a device that is in the lobby by the rules of the workspace.
  ///
  /// - Returns: whether a rule placed it.
  @discardableResult
  package func placeByRule(_ device: inout Device, at now: Instant) throws -> Bool {
    guard device.placement == .lobby else { return false }
    let known = device
    guard let rule = try placementRules().first(where: { $0.includes(known) }) else { return false }
    try move(&device, to: .grouped(rule.group), at: now)
    try record(
      .moveToGroup, "device \(device.id.value) in device group \(rule.group.value) by rule", by: "platform", at: now)
    return true
  }

  /// Replaces the rules of the workspace.
  ///
  /// - Throws: ``PlatformError/notFound(_:)`` for a group that does not exist.
  package func setRules(_ rules: [PlacementRule], by actor: String, at now: Instant) throws {
    for rule in rules where try deviceGroup(rule.group) == nil { throw PlatformError.notFound(.deviceGroup) }
    try setPlacementRules(rules)
    try record(.changePlacementRules, "placement rules", [AuditDetail("count", "\(rules.count)")], by: actor, at: now)
  }
}
