import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import FoundationEssentials
import GRDB

extension SQLiteTransaction {
  private static let columns = """
    SELECT id, name, label, version, placement, device_group, registered, seen, class, key, newest FROM device
    """

  func device(_ id: ID<Device>) throws -> Device? {
    try one("\(Self.columns) WHERE workspace = ? AND id = ?", [workspace, id.value]).map(Device.init)
  }

  func device(_ name: DeviceName) throws -> Device? {
    try one("\(Self.columns) WHERE workspace = ? AND folded = ?", [workspace, name.folded]).map(Device.init)
  }

  func devices(after id: ID<Device>?, limit: Int) throws -> [Device] {
    try all("\(Self.columns) WHERE workspace = ? AND id > ? ORDER BY id LIMIT ?", [workspace, id?.value ?? 0, limit])
      .map(Device.init)
  }

  func add(_ device: Device) throws -> Device {
    var added = device
    added.id = ID(
      try insert(
        .device,
        """
        INSERT INTO device (workspace, name, folded, label, version, placement, device_group, registered, seen, class,
        key, newest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, [workspace, device.name.text, device.name.folded] + device.values))
    return added
  }

  func put(_ device: Device) throws {
    try run(
      """
      UPDATE device SET label = ?, version = ?, placement = ?, device_group = ?, registered = ?, seen = ?, class = ?,
      key = ?, newest = ? WHERE workspace = ? AND id = ?
      """, device.values + [workspace, device.id.value])
  }

  func remove(_ device: ID<Device>) throws {
    guard try self.device(device) != nil else { return }
    try run("DELETE FROM record WHERE device = ?", [device.value])
    try run("DELETE FROM device WHERE workspace = ? AND id = ?", [workspace, device.value])
  }

  func deviceGroup(_ id: ID<DeviceGroup>) throws -> DeviceGroup? {
    try one("SELECT id, name, members FROM device_group WHERE workspace = ? AND id = ?", [workspace, id.value])
      .map(DeviceGroup.init)
  }

  func deviceGroup(named name: String) throws -> DeviceGroup? {
    try one("SELECT id, name, members FROM device_group WHERE workspace = ? AND name = ?", [workspace, name])
      .map(DeviceGroup.init)
  }

  func deviceGroups() throws -> [DeviceGroup] {
    try all("SELECT id, name, members FROM device_group WHERE workspace = ? ORDER BY id", [workspace])
      .map(DeviceGroup.init)
  }

  func add(_ group: DeviceGroup) throws -> DeviceGroup {
    let id = try insert(
      .deviceGroup, "INSERT INTO device_group (workspace, name, members) VALUES (?, ?, ?)",
      [workspace, group.name, group.members])
    return DeviceGroup(id: ID(id), name: group.name, members: group.members)
  }

  func members(of group: ID<DeviceGroup>, _ audience: Audience) throws -> Int {
    let row = try one(
      """
      SELECT p.devices FROM population p JOIN device_group g ON g.id = p.device_group
      WHERE p.device_group = ? AND p.class = ? AND g.workspace = ?
      """, [group.value, audience.stored, workspace])
    return row?[0] ?? 0
  }

  func addMembers(_ number: Int, _ audience: Audience, to group: ID<DeviceGroup>) throws {
    guard try deviceGroup(group) != nil else { throw PlatformError.notFound(.deviceGroup) }
    try run(
      """
      INSERT INTO population (device_group, class, devices) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET devices = devices + excluded.devices
      """, [group.value, audience.stored, number])
    try run("DELETE FROM population WHERE device_group = ? AND devices = 0", [group.value])
    try run(
      "UPDATE device_group SET members = members + ? WHERE workspace = ? AND id = ?", [number, workspace, group.value])
  }

  func put(_ group: DeviceGroup) throws {
    try run(
      "UPDATE device_group SET name = ?, members = ? WHERE workspace = ? AND id = ?",
      [group.name, group.members, workspace, group.id.value])
  }
}

extension Device {
  fileprivate init(_ row: Row) throws {
    let group: Int64? = row[5]
    guard let placement = StoredNumbers.placements.value(of: row[4]),
      let location = Location(placement, group: group.map { ID($0) }), let name = DeviceName(row[1])
    else { throw StoreError(table: "device", id: row[0]) }
    self.init(
      id: ID(row[0]), name: name, label: row[2], firmwareVersion: row[3], location: location,
      registered: Instant(row[6]), seen: Instant(row[7]), deviceClass: FixedBytes(data: row[8]))
    key = FixedBytes(data: row[9])
    newestRollout = row[10]
  }

  fileprivate var values: [(any DatabaseValueConvertible)?] {
    [
      label, firmwareVersion, StoredNumbers.placements.number(of: placement), group?.value, registered.seconds,
      seen.seconds, deviceClass?.data, key?.data, newestRollout,
    ]
  }
}

extension Audience {
  /// The value in a column: the class; empty for legacy devices.
  fileprivate var stored: Data {
    switch self {
    case .legacy: Data()
    case .verifying(let deviceClass): deviceClass.data
    }
  }
}

extension DeviceGroup {
  fileprivate init(_ row: Row) { self.init(id: ID(row[0]), name: row[1], members: row[2]) }
}
