/// Devices that get the same firmware.
package struct DeviceGroup: Equatable, Sendable {
  package var id: ID<DeviceGroup>
  /// The name, unique in a workspace.
  package var name: String
  /// The number of devices in the group.
  package var members: Int

  package init(id: ID<DeviceGroup>, name: String, members: Int = 0) {
    self.id = id
    self.name = name
    self.members = members
  }
}
