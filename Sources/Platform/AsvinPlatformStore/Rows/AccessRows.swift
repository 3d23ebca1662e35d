import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import GRDB

// Uploads and tokens.
extension SQLiteTransaction {
  func uploads() throws -> [Upload] {
    try all(
      "SELECT id, file_group, size, digest, created FROM upload WHERE workspace = ? ORDER BY id", [workspace]
    ).map(Upload.init)
  }

  func upload(_ id: ID<Upload>) throws -> Upload? {
    try one(
      "SELECT id, file_group, size, digest, created FROM upload WHERE workspace = ? AND id = ?", [workspace, id.value]
    ).map(Upload.init)
  }

  func upload(of digest: Digest, to group: ID<FileGroup>) throws -> Upload? {
    try one(
      "SELECT id, file_group, size, digest, created FROM upload WHERE workspace = ? AND file_group = ? AND digest = ?",
      [workspace, group.value, digest.data]
    ).map(Upload.init)
  }

  func add(_ upload: Upload) throws -> Upload {
    var added = upload
    added.id = ID(
      try run(
        "INSERT INTO upload (workspace, file_group, size, digest, created) VALUES (?, ?, ?, ?, ?)",
        [
          workspace, upload.fileGroup.value, Int64(clamping: upload.size), upload.digest.data, upload.created.seconds,
        ]))
    return added
  }

  func remove(_ upload: ID<Upload>) throws {
    try run("DELETE FROM upload WHERE workspace = ? AND id = ?", [workspace, upload.value])
  }

  func accessToken(_ id: ID<AccessToken>) throws -> AccessToken? {
    try one(
      "SELECT \(AccessToken.columns) FROM access_token WHERE workspace = ? AND id = ?", [workspace, id.value]
    ).map(AccessToken.init)
  }

  func accessTokens(_ listing: Listing<NameFilter<AccessToken>>) throws -> Page<AccessToken> {
    try page(AccessToken.columns, of: "access_token", listing, AccessToken.init)
  }

  func add(_ token: AccessToken) throws -> AccessToken {
    var added = token
    added.id = ID(
      try insert(
        .token,
        "INSERT INTO access_token (workspace, name, role, digest, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
        [
          workspace, token.name, token.role.rawValue, token.digest.data, token.created.seconds, token.expires?.seconds,
        ]))
    return added
  }

  func remove(_ token: ID<AccessToken>) throws {
    try run("DELETE FROM access_token WHERE workspace = ? AND id = ?", [workspace, token.value])
  }

  func markUsed(_ token: ID<AccessToken>, at now: Instant) throws {
    try run(
      "UPDATE access_token SET used = ? WHERE workspace = ? AND id = ?", [now.seconds, workspace, token.value])
  }
}

extension Upload {
  fileprivate init(_ row: Row) throws {
    let size: Int64 = row[2]
    guard let digest = Digest(data: row[3]), size >= 0 else { throw StoreError(table: "upload", id: row[0]) }
    self.init(id: ID(row[0]), fileGroup: ID(row[1]), size: UInt64(size), digest: digest, created: Instant(row[4]))
  }
}

extension AccessToken {
  fileprivate static let columns = "id, name, role, digest, created, expires, used"

  /// Reads seven columns of a row.
  init(_ row: Row, at column: Int) throws {
    let (expires, used): (Int64?, Int64?) = (row[column + 5], row[column + 6])
    guard let role = Role(rawValue: row[column + 2]), let digest = Digest(data: row[column + 3]) else {
      throw StoreError(table: "access_token", id: row[column])
    }
    self.init(
      id: ID(row[column]), name: row[column + 1], role: role, digest: digest, created: Instant(row[column + 4]),
      expires: expires.map { Instant($0) }, used: used.map { Instant($0) })
  }

  fileprivate init(_ row: Row) throws { try self.init(row, at: 0) }
}
