package import AsvinManifest
package import AsvinPlatformAPI

/// A registered device.
package struct Device: Equatable, Sendable {
  package var id: ID<Device>
  /// The device's own name.
  package var name: DeviceName
  /// The name that operators see.
  package var label: String
  /// The version that the device last reported.
  package var firmwareVersion: String
  /// Its placement, with the group of a grouped device.
  package var location: Location
  package var registered: Instant
  /// When the device last made contact.
  package var seen: Instant
  /// The class id of its releases. It is known only for verifying devices.
  package var deviceClass: Identifier?
  /// The key of a device that verifies releases; `nil` for a legacy device, which accepts any image.
  package var key: DeviceKey?
  /// The ``Rollout/order`` of the latest rollout whose firmware the device has written or already had; 0 for none. Rollouts
  /// that were started earlier offer it nothing.
  package var newestRollout: Int64 = 0
  /// Minutes by which the device's time is ahead of UTC, as it last reported.
  package var utcOffset = 0
  /// When the device was seen to run an older version than the one that it had confirmed; `nil` if it was not.
  package var fellBack: Instant?
  /// When the device last replaced its key itself; `nil` if it has not.
  package var keyChanged: Instant?

  /// A placement, with a group if and only if it is ``DevicePlacement/grouped``.
  package struct Location: Equatable, Sendable {
    package let placement: DevicePlacement
    package let group: ID<DeviceGroup>?

    package static let lobby = Location(unchecked: .lobby)
    package static let ungrouped = Location(unchecked: .ungrouped)
    package static let blacklisted = Location(unchecked: .blacklisted)
    package static func grouped(_ group: ID<DeviceGroup>) -> Location { Location(unchecked: .grouped, group) }

    private init(unchecked placement: DevicePlacement, _ group: ID<DeviceGroup>? = nil) {
      (self.placement, self.group) = (placement, group)
    }

    /// Creates a location; `nil` for a grouped device without a group, or a group of any other device.
    package init?(_ placement: DevicePlacement, group: ID<DeviceGroup>?) {
      guard (placement == .grouped) == (group != nil) else { return nil }
      self.init(unchecked: placement, group)
    }
  }

  package init(
    id: ID<Device>, name: DeviceName, label: String, firmwareVersion: String, location: Location = .lobby,
    registered: Instant, seen: Instant, deviceClass: Identifier? = nil
  ) {
    self.id = id
    self.name = name
    self.label = label
    self.firmwareVersion = firmwareVersion
    self.location = location
    self.registered = registered
    self.seen = seen
    self.deviceClass = deviceClass
  }

  /// Whether the device verifies releases itself.
  package var isVerifying: Bool { key != nil }

  package var placement: DevicePlacement { location.placement }

  /// The group of a grouped device.
  package var group: ID<DeviceGroup>? { location.group }
}
