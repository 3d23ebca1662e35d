package import AsvinManifest

/// A device that has registered.
package struct Device: Equatable, Sendable {
  /// Its id.
  package var id: ID<Device>
  /// What it calls itself.
  package var name: DeviceName
  /// What people call it, where it or they said so.
  package var label: String
  /// The version that it last said it runs.
  package var firmwareVersion: String
  /// Where it stands in the fleet.
  package var placement: Placement
  /// When it registered.
  package var registered: Instant
  /// When it was last heard of.
  package var seen: Instant
  /// The class id in its releases, where it is known: of devices with our verifier.
  package var deviceClass: Identifier?
  /// Its public key, Ed25519, where it has enrolled with one: such a device checks releases itself. One without takes
  /// whatever reaches it.
  package var key: FixedBytes<32>?
  /// The ``Rollout/order`` of the latest rollout whose firmware it has written, or had already; 0 where it has none. What
  /// was started before that one has nothing for it.
  package var newestRollout: Int64 = 0

  /// Where a device stands.
  package enum Placement: Equatable, Sendable {
    /// It has just registered, and waits.
    case lobby
    /// It gets what its group gets.
    case grouped(ID<DeviceGroup>)
    /// It was taken out of a group.
    case ungrouped
    /// It is known, and gets nothing.
    case blacklisted
  }

  /// A device of its parts.
  package init(
    id: ID<Device>, name: DeviceName, label: String, firmwareVersion: String, placement: Placement = .lobby,
    registered: Instant, seen: Instant, deviceClass: Identifier? = nil
  ) {
    self.id = id
    self.name = name
    self.label = label
    self.firmwareVersion = firmwareVersion
    self.placement = placement
    self.registered = registered
    self.seen = seen
    self.deviceClass = deviceClass
  }

  /// Whether it was heard of so lately that a contact without news need not be written: a poll then only reads. Also not
  /// where the clock was set back.
  package func wasSeenLately(at now: Instant) -> Bool { (-300..<300).contains(now.seconds - seen.seconds) }

  /// Whether it checks signatures itself.
  package var isVerifying: Bool { key != nil }

  /// The group that it is in, if it is in one.
  package var group: ID<DeviceGroup>? {
    if case .grouped(let group) = placement { group } else { nil }
  }
}

/// Devices that get the same firmware.
package struct DeviceGroup: Equatable, Sendable {
  /// Its id.
  package var id: ID<DeviceGroup>
  /// Its name, unique in a workspace.
  package var name: String
  /// How many devices are in it.
  package var members: Int

  /// A group of its parts.
  package init(id: ID<DeviceGroup>, name: String, members: Int = 0) {
    self.id = id
    self.name = name
    self.members = members
  }
}
