import AsvinPlatform
import AsvinManifest
import GRDB

extension SQLiteTransaction {
  private static let columns = """
    SELECT id, file_group, name, version, size, digest, md5, cid, release, sequence, class, envelope, bundle, chip
    FROM firmware
    """

  func fileGroup(_ id: ID<FileGroup>) throws -> FileGroup? {
    try one("SELECT id, name, trust FROM file_group WHERE workspace = ? AND id = ?", [workspace, id.value])
      .map(FileGroup.init)
  }

  func fileGroup(named name: String) throws -> FileGroup? {
    try one("SELECT id, name, trust FROM file_group WHERE workspace = ? AND name = ?", [workspace, name])
      .map(FileGroup.init)
  }

  func fileGroups() throws -> [FileGroup] {
    try all("SELECT id, name, trust FROM file_group WHERE workspace = ? ORDER BY id", [workspace]).map(FileGroup.init)
  }

  func put(_ group: FileGroup) throws {
    try group.checkTrust()
    try run(
      "UPDATE file_group SET name = ?, trust = ? WHERE workspace = ? AND id = ?",
      [group.name, group.storedTrust, workspace, group.id.value])
  }

  func add(_ group: FileGroup) throws -> FileGroup {
    try group.checkTrust()
    let id = try insert(
      .fileGroup, "INSERT INTO file_group (workspace, name, trust) VALUES (?, ?, ?)",
      [workspace, group.name, group.storedTrust])
    return FileGroup(id: ID(id), name: group.name, trust: group.trust)
  }

  func firmware(_ id: ID<Firmware>) throws -> Firmware? {
    try one("\(Self.columns) WHERE workspace = ? AND id = ?", [workspace, id.value]).map(Firmware.init)
  }

  func firmware(of group: ID<FileGroup>?, after id: ID<Firmware>?, limit: Int) throws -> [Firmware] {
    try all(
      "\(Self.columns) WHERE workspace = ? AND id > ? AND (? IS NULL OR file_group = ?) ORDER BY id LIMIT ?",
      [workspace, id?.value ?? 0, group?.value, group?.value, limit]
    ).map(Firmware.init)
  }

  func firmwareCount(of group: ID<FileGroup>) throws -> Int {
    try one("SELECT count(*) FROM firmware WHERE workspace = ? AND file_group = ?", [workspace, group.value])?[0] ?? 0
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
    try one("\(Self.columns) WHERE workspace = ? AND cid = ? ORDER BY id LIMIT 1", [workspace, contentID])
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
        envelope, bundle, chip) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          workspace, firmware.fileGroup.value, firmware.name, firmware.version, Int64(image.size), image.digest.data,
          image.md5.data, image.contentID, release?.digest.data, release?.sequence.data, release?.deviceClass.data,
          release?.envelope.stored, release?.bundle.data, image.chip,
        ]))
    return added
  }

  func highestRelease(of firmware: Firmware, to groups: Set<ID<DeviceGroup>>) throws -> Firmware.Release? {
    guard let release = firmware.release else { return nil }
    var highest: Firmware.Release?
    for group in groups {
      let row = try one(
        """
        SELECT f.release, f.sequence, f.class, f.envelope, f.bundle FROM rollout_group g JOIN rollout r ON r.id = g.rollout
        JOIN firmware f ON f.id = r.firmware
        WHERE g.device_group = ? AND r.workspace = ? AND r.place > 0 AND f.class = ? ORDER BY f.sequence DESC LIMIT 1
        """, [group.value, workspace, release.deviceClass.data])
      guard let row else { continue }
      guard let found = Firmware.Release(row, at: 0) else { throw StoreError(table: "firmware", id: 0) }
      if found.sequence > highest?.sequence ?? 0 || highest == nil { highest = found }
    }
    return highest
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
  fileprivate init(_ row: Row) {
    let trust: String = row[2]
    self.init(id: ID(row[0]), name: row[1], trust: trust.unicodeScalars.split(separator: "\u{1E}").map(String.init))
  }

  /// The keys, separated by record separators.
  fileprivate var storedTrust: String { trust.joined(separator: "\u{1E}") }

  /// Refuses a key that has a separator, because it would be read back as two keys.
  fileprivate func checkTrust() throws {
    guard trust.allSatisfy({ !$0.isEmpty && !$0.unicodeScalars.contains("\u{1E}") }) else {
      throw PlatformError.invalid("a key is not in PEM")
    }
  }
}
