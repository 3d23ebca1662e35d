import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import FoundationEssentials
import GRDB

extension SQLiteTransaction {
  private static let fields =
    "id, name, label, version, placement, device_group, registered, seen, class, key, key_kind, newest, utc_offset, fell_back, key_changed"
  private static let columns = "SELECT \(fields) FROM device"

  func device(_ id: ID<Device>) throws -> Device? {
    try first("\(Self.columns) WHERE workspace = ? AND id = ?", [workspace, id.value], device)
  }

  func device(_ name: DeviceName) throws -> Device? {
    try first("\(Self.columns) WHERE workspace = ? AND folded = ?", [workspace, name.folded], device)
  }

  /// Reads a device with its last contact, stored or not.
  private func device(_ row: Row) throws -> Device {
    var device = try Device(row)
    if let seen = contacts?.latest(of: device.id) { device.seen = seen }
    return device
  }

  func recentContacts(since time: Instant) -> Int { contacts?.count(since: time, in: ID(workspace)) ?? 0 }

  func noteContact(_ device: Device, at now: Instant) {
    contacts?.note(device, of: ID(workspace), at: now)
  }

  func setSeen(_ contacts: [(device: ID<Device>, seen: Instant)]) throws {
    for (device, seen) in contacts {
      try run("UPDATE device SET seen = ? WHERE workspace = ? AND id = ?", [seen.seconds, workspace, device.value])
    }
  }

  func devices(_ listing: Listing<DeviceFilter>) throws -> Page<Device> {
    var conditions = RowConditions(workspace)
    conditions.add(listing.filter)
    let column: String? =
      switch listing.sort {
      case .id: nil
      case .name: "folded"
      case .label: "label"
      case .version: "version"
      case .seen: "seen"
      }
    return try page(Self.fields, of: "device", conditions, by: column, listing, device)
  }

  func count(of filter: DeviceFilter) throws -> Int {
    var conditions = RowConditions(workspace)
    conditions.add(filter)
    return try one("SELECT count(*) FROM device WHERE \(conditions.sql)", conditions.values)?[0] ?? 0
  }

  func versions(of filter: DeviceFilter, after version: String?, limit: Int) throws -> [VersionCount] {
    var conditions = RowConditions(workspace)
    conditions.add(filter)
    if let version { conditions.add("version > ?", version) }
    return try all(
      "SELECT version, count(*) FROM device WHERE \(conditions.sql) GROUP BY version ORDER BY version LIMIT ?",
      conditions.values + [limit]
    ).map { VersionCount(version: $0[0], devices: $0[1]) }
  }

  func commonVersions(limit: Int) throws -> [VersionCount] {
    try all(
      """
      SELECT version, count(*) AS devices FROM device WHERE workspace = ? GROUP BY version
      ORDER BY devices DESC, version LIMIT ?
      """, [workspace, limit]
    ).map { VersionCount(version: $0[0], devices: $0[1]) }
  }

  func add(_ device: Device) throws -> Device {
    var added = device
    added.id = ID(
      try insert(
        .device,
        """
        INSERT INTO device (workspace, name, folded, label, version, placement, device_group, registered, seen, class,
        key, key_kind, newest, utc_offset, fell_back, key_changed)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, [workspace, device.name.text, device.name.folded] + device.values))
    return added
  }

  /// Stores the columns that differ. Otherwise each contact of a device would write all indexes of the table.
  func put(_ device: Device) throws {
    let known = try first("\(Self.columns) WHERE workspace = ? AND id = ?", [workspace, device.id.value], Device.init)
    guard let known else { return }
    if known.seen != device.seen { contacts?.markStored(device.id, at: device.seen) }
    let changed = zip(Device.columns, zip(known.values, device.values)).filter { _, values in
      values.0?.databaseValue != values.1?.databaseValue
    }
    guard !changed.isEmpty else { return }
    try run(
      "UPDATE device SET \(changed.map { "\($0.0) = ?" }.joined(separator: ", ")) WHERE workspace = ? AND id = ?",
      changed.map(\.1.1) + [workspace, device.id.value])
  }

  func remove(_ device: ID<Device>) throws {
    guard try self.device(device) != nil else { return }
    contacts?.forget(device)
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

  func deviceGroups(_ listing: Listing<NameFilter<DeviceGroup>>) throws -> Page<DeviceGroup> {
    try page("id, name, members", of: "device_group", listing, DeviceGroup.init)
  }

  func add(_ group: DeviceGroup) throws -> DeviceGroup {
    let id = try insert(
      .deviceGroup, "INSERT INTO device_group (workspace, name, members) VALUES (?, ?, ?)",
      [workspace, group.name, group.members])
    return DeviceGroup(id: ID(id), name: group.name, members: group.members)
  }

  func members(of group: ID<DeviceGroup>, _ audience: Audience) throws -> Int {
    guard let known else { return try storedMembers(of: group, audience) }
    return try known.members(of: group, audience, in: workspace) { try storedMembers(of: group, audience) }
  }

  private func storedMembers(of group: ID<DeviceGroup>, _ audience: Audience) throws -> Int {
    try first(
      """
      SELECT p.devices FROM population p JOIN device_group g ON g.id = p.device_group
      WHERE p.device_group = ? AND p.class = ? AND g.workspace = ?
      """, [group.value, audience.stored, workspace]
    ) { $0[0] } ?? 0
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
    if let bytes = FixedBytes<32>(data: row[9]) {
      guard let stored = DeviceKey(bytes, kind: row[10]) else { throw StoreError(table: "device", id: row[0]) }
      key = stored
    }
    newestRollout = row[11]
    let (fellBack, changed): (Int64?, Int64?) = (row[13], row[14])
    (utcOffset, self.fellBack, keyChanged) = (row[12], fellBack.map { Instant($0) }, changed.map { Instant($0) })
  }

  fileprivate static let columns = [
    "label", "version", "placement", "device_group", "registered", "seen", "class", "key", "key_kind", "newest",
    "utc_offset", "fell_back", "key_changed",
  ]

  /// The values of ``columns``.
  fileprivate var values: [(any DatabaseValueConvertible)?] {
    [
      label, firmwareVersion, StoredNumbers.placements.number(of: placement), group?.value, registered.seconds,
      seen.seconds, deviceClass?.data, key?.bytes.data, key?.kind ?? 0,
      newestRollout, utcOffset, fellBack?.seconds, keyChanged?.seconds,
    ]
  }
}

extension DeviceKey {
  /// Creates a key from its columns; `nil` for a kind that no version wrote.
  init?(_ bytes: FixedBytes<32>, kind: Int) {
    switch kind {
    case 0: self = .ed25519(bytes)
    case 1: self = .shared(SharedKey(stored: bytes))
    default: return nil
    }
  }

  var kind: Int {
    switch self {
    case .ed25519: 0
    case .shared: 1
    }
  }

  var bytes: FixedBytes<32> {
    switch self {
    case .ed25519(let point): point
    case .shared(let key): key.secret
    }
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
