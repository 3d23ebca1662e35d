import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import GRDB

extension SQLiteTransaction {
  func expectedDevice(_ name: DeviceName) throws -> ExpectedDevice? {
    try one(
      "SELECT \(ExpectedDevice.columns) FROM expected_device WHERE workspace = ? AND folded = ?",
      [workspace, name.folded]
    ).map(ExpectedDevice.init)
  }

  func expectedDevice(_ id: ID<ExpectedDevice>) throws -> ExpectedDevice? {
    try one(
      "SELECT \(ExpectedDevice.columns) FROM expected_device WHERE workspace = ? AND id = ?", [workspace, id.value]
    ).map(ExpectedDevice.init)
  }

  func expectedDevices(_ listing: Listing<NameFilter<ExpectedDevice>>) throws -> Page<ExpectedDevice> {
    try page(ExpectedDevice.columns, of: "expected_device", listing, ExpectedDevice.init)
  }

  func expectedDeviceCount() throws -> Int {
    try one("SELECT count(*) FROM expected_device WHERE workspace = ?", [workspace])?[0] ?? 0
  }

  func add(_ device: ExpectedDevice) throws -> ExpectedDevice {
    guard let name = DeviceName(device.name) else { throw PlatformError.invalid("a name has control characters") }
    var added = device
    added.id = ID(
      try insert(
        .expectedDevice,
        """
        INSERT INTO expected_device (workspace, name, folded, label, device_group, key, key_kind)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
          workspace, device.name, name.folded, device.label, device.group?.value, device.key?.bytes.data,
          device.key?.kind ?? 0,
        ]))
    return added
  }

  func remove(_ device: ID<ExpectedDevice>) throws {
    try run("DELETE FROM expected_device WHERE workspace = ? AND id = ?", [workspace, device.value])
  }
}

extension ExpectedDevice {
  fileprivate static let columns = "id, name, label, device_group, key, key_kind"

  fileprivate init(_ row: Row) throws {
    guard let name = DeviceName(row[1]) else { throw StoreError(table: "expected_device", id: row[0]) }
    let group: Int64? = row[3]
    var key: DeviceKey?
    if let data: Data = row[4] {
      guard let bytes = FixedBytes<32>(data: data), let stored = DeviceKey(bytes, kind: row[5]) else {
        throw StoreError(table: "expected_device", id: row[0])
      }
      key = stored
    }
    self.init(id: ID(row[0]), name: name, key: key, label: row[2], group: group.map { ID($0) })
  }
}
