import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import GRDB

extension SQLiteTransaction {
  private static let fields =
    "id, file_group, name, version, size, digest, md5, cid, release, sequence, class, envelope, bundle, chip, published, withdrawn"
  private static let columns = "SELECT \(fields) FROM firmware"

  func fileGroup(_ id: ID<FileGroup>) throws -> FileGroup? {
    try one("SELECT \(FileGroup.columns) FROM file_group WHERE workspace = ? AND id = ?", [workspace, id.value])
      .map(FileGroup.init)
  }

  func fileGroup(named name: String) throws -> FileGroup? {
    try one("SELECT \(FileGroup.columns) FROM file_group WHERE workspace = ? AND name = ?", [workspace, name])
      .map(FileGroup.init)
  }

  func fileGroups(_ listing: Listing<NameFilter<FileGroup>>) throws -> Page<FileGroup> {
    try page(FileGroup.columns, of: "file_group", listing, FileGroup.init)
  }

  func put(_ group: FileGroup) throws {
    try group.checkTrust()
    try run(
      "UPDATE file_group SET name = ?, trust = ?, trust_ends = ? WHERE workspace = ? AND id = ?",
      [group.name, group.storedTrust, group.storedEnds, workspace, group.id.value])
  }

  func add(_ group: FileGroup) throws -> FileGroup {
    try group.checkTrust()
    let id = try insert(
      .fileGroup, "INSERT INTO file_group (workspace, name, trust, trust_ends) VALUES (?, ?, ?, ?)",
      [workspace, group.name, group.storedTrust, group.storedEnds])
    return FileGroup(id: ID(id), name: group.name, trust: group.trust)
  }

  func firmware(_ id: ID<Firmware>) throws -> Firmware? {
    let key = KnownRows.OfWorkspace(workspace: workspace, key: id)
    if let firmware = known?.firmware[key] ?? readFirmware[id] { return firmware }
    let found = try first(
      "\(Self.columns) WHERE workspace = ? AND id = ?", [workspace, id.value], Firmware.init)
    if let known { known.firmware[key] = found } else { readFirmware[id] = found }
    return found
  }

  func firmware(_ listing: Listing<FirmwareFilter>) throws -> Page<Firmware> {
    let filter = listing.filter
    var conditions = RowConditions(workspace)
    conditions.add(called: filter.called, search: filter.search, in: "firmware")
    if let group = filter.fileGroup {
      conditions.isSelective = true
      conditions.add("file_group = ?", group.value)
    }
    if let version = filter.version { conditions.add("version = ?", version) }
    if let deviceClass = filter.deviceClass { conditions.add("class = ?", deviceClass.data) }
    let column: String? =
      switch listing.sort {
      case .id: nil
      case .name: "name"
      case .version: "version"
      }
    return try page(Self.fields, of: "firmware", conditions, by: column, listing, Firmware.init)
  }

  func firmwareCount(of group: ID<FileGroup>) throws -> Int {
    try one("SELECT count(*) FROM firmware WHERE +workspace = ? AND file_group = ?", [workspace, group.value])?[0] ?? 0
  }

  func firmware(bundle: Digest, in group: ID<FileGroup>) throws -> Firmware? {
    try one(
      "\(Self.columns) WHERE workspace = ? AND file_group = ? AND bundle = ? LIMIT 1",
      [workspace, group.value, bundle.data]
    ).map(Firmware.init)
  }

  func firmware(of deviceClass: Identifier, sequence: UInt64) throws -> Firmware? {
    try one(
      "\(Self.columns) WHERE workspace = ? AND class = ? AND sequence = ? LIMIT 1",
      [workspace, deviceClass.data, sequence.data]
    ).map(Firmware.init)
  }

  func firmware(contentID: String) throws -> Firmware? {
    try one(
      "\(Self.columns) WHERE workspace = ? AND cid = ? ORDER BY withdrawn IS NOT NULL, id LIMIT 1",
      [workspace, contentID]
    )
    .map(Firmware.init)
  }

  func add(_ firmware: Firmware) throws -> Firmware {
    var added = firmware
    let (image, release) = (firmware.image, firmware.release)
    guard try fileGroup(firmware.fileGroup) != nil else { throw PlatformError.notFound(.fileGroup) }
    added.id = ID(
      try run(
        """
        INSERT INTO firmware (workspace, file_group, name, version, size, digest, md5, cid, release, sequence, class,
        envelope, bundle, chip, published, withdrawn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          workspace, firmware.fileGroup.value, firmware.name, firmware.version, Int64(image.size), image.digest.data,
          image.md5.data, image.contentID, release?.digest.data, release?.sequence.data, release?.deviceClass.data,
          release?.envelope.stored, release?.bundle.data, image.chip,
          firmware.published?.seconds, firmware.withdrawn?.seconds,
        ]))
    return added
  }

  func highestRelease(of firmware: Firmware, to groups: Set<ID<DeviceGroup>>) throws -> StartedRelease? {
    guard let release = firmware.release else { return nil }
    var highest: StartedRelease?
    for group in groups {
      let row = try one(
        """
        SELECT s.sequence, s.release FROM group_release s JOIN device_group g ON g.id = s.device_group
        WHERE s.device_group = ? AND s.class = ? AND +g.workspace = ?
        """, [group.value, release.deviceClass.data, workspace])
      guard let row else { continue }
      guard let sequence = UInt64(data: row[0]), let digest = Digest(data: row[1]) else {
        throw StoreError(table: "group_release", id: group.value)
      }
      if highest.map({ sequence > $0.sequence }) ?? true {
        highest = StartedRelease(sequence: sequence, digest: digest)
      }
    }
    return highest
  }

  func noteStart(of release: Firmware.Release, for groups: Set<ID<DeviceGroup>>) throws {
    for group in groups {
      try run(
        """
        INSERT INTO group_release (device_group, class, sequence, release)
        SELECT id, ?, ?, ? FROM device_group WHERE id = ? AND workspace = ?
        ON CONFLICT DO UPDATE SET sequence = excluded.sequence, release = excluded.release
        WHERE excluded.sequence > sequence
        """, [release.deviceClass.data, release.sequence.data, release.digest.data, group.value, workspace])
    }
  }
}

extension Firmware {
  fileprivate init(_ row: Row) throws {
    let size: Int64 = row[4]
    guard let digest = Digest(data: row[5]), let md5 = FixedBytes<16>(data: row[6]), size >= 0 else {
      throw StoreError(table: "firmware", id: row[0])
    }
    self.init(
      id: ID(row[0]), fileGroup: ID(row[1]), name: row[2], version: row[3],
      image: Content(size: UInt64(size), digest: digest, md5: md5, contentID: row[7], chip: row[13]),
      release: Release(row, at: 8))
    let (published, withdrawn): (Int64?, Int64?) = (row[14], row[15])
    (self.published, self.withdrawn) = (published.map { Instant($0) }, withdrawn.map { Instant($0) })
  }
}

extension Firmware.Release {
  fileprivate init?(_ row: Row, at column: Int) {
    guard let digest = Digest(data: row[column]), let sequence = UInt64(data: row[column + 1]),
      let deviceClass = Identifier(data: row[column + 2]), let bundle = Digest(data: row[column + 4])
    else { return nil }
    self.init(
      digest: digest, sequence: sequence, deviceClass: deviceClass, envelope: [UInt8](stored: row[column + 3]),
      bundle: bundle)
  }
}

extension FileGroup {
  fileprivate static let columns = "id, name, trust, trust_ends"

  fileprivate init(_ row: Row) {
    let (trust, ends): (String, String) = (row[2], row[3])
    let keys = trust.unicodeScalars.split(separator: "\u{1E}").map(String.init)
    // Groups from before the column have no ends.
    let times = ends.split(separator: " ").map { Int64($0) } + Array(repeating: nil, count: keys.count)
    self.init(
      id: ID(row[0]), name: row[1],
      trust: zip(keys, times).map { key, time in TrustedKey(key, expires: time.map { Instant($0) }) })
  }

  /// The keys, separated by record separators.
  fileprivate var storedTrust: String { trust.map(\.pem).joined(separator: "\u{1E}") }

  /// The ends of the keys' times in the order of the keys, with a hyphen for a key without one.
  fileprivate var storedEnds: String {
    trust.map { key in key.expires.map { "\($0.seconds)" } ?? "-" }.joined(separator: " ")
  }

  /// Refuses a key that has a separator, because it would be read back as two keys.
  fileprivate func checkTrust() throws {
    guard trust.allSatisfy({ !$0.pem.isEmpty && !$0.pem.unicodeScalars.contains("\u{1E}") }) else {
      throw PlatformError.invalid("a key is not in PEM")
    }
  }
}
