import AsvinPlatformAPI

/// A change of many devices.
package enum BulkChange: Equatable, Sendable {
  case place(Device.Location)
  case tag(adding: [String], removing: [String])
  case remove
  /// Places devices in the lobby by the rules of the workspace.
  case placeByRule
}

extension WriteTransaction {
  /// Applies a change to some of the devices for which conditions hold, in the order of their ids, so that a change of the
  /// conditions' outcome neither skips nor repeats a device.
  ///
  /// - Parameters:
  ///   - selected: the devices that were counted. Another one for which the conditions hold by now is not changed.
  ///   - id: the device after which to begin.
  ///   - limit: the number of devices of this write.
  /// - Returns: the number of devices that were changed, and the last one; `nil` if none is left.
  package func apply(
    _ change: BulkChange, to filter: DeviceFilter, among selected: Set<ID<Device>>, after id: ID<Device>?, limit: Int,
    by actor: String, at now: Instant
  ) throws -> (changed: Int, last: ID<Device>?) {
    let page = try devices(Listing(filter, after: id.map { ListPlace($0.value) }, limit: limit))
    var changed = 0
    // A device may have made contact since the last contacts were stored.
    for var device in page.items where selected.contains(device.id) && filter.includesContact(of: device) {
      switch change {
      case .place(let location):
        guard device.location != location else { continue }
        try move(&device, to: location, at: now)
        let group = location.group.map { " in device group \($0.value)" } ?? ""
        try record(AuditAction(movingTo: location.placement), "device \(device.id.value)\(group)", by: actor, at: now)
      case .tag(let added, let removed):
        let before = try tags(of: device.id)
        try tag(device.id, adding: added, removing: removed, by: actor, at: now)
        guard try tags(of: device.id) != before else { continue }
      case .remove:
        try delete(device, at: now)
        try record(.deleteDevice, "device \(device.id.value)", by: actor, at: now)
      case .placeByRule:
        guard try placeByRule(&device, at: now) else { continue }
      }
      changed += 1
    }
    return (changed, page.next.map { ID($0.id) })
  }
}
