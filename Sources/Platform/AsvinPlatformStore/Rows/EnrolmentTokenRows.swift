import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import GRDB

// Enrolment tokens, and the settings of a workspace.
extension SQLiteTransaction {
  func settings() throws -> WorkspaceSettings {
    guard let known else { return try storedSettings() }
    return try known.settings.value(workspace, storedSettings)
  }

  private func storedSettings() throws -> WorkspaceSettings {
    let known = try first(
      "SELECT asvin_clients, customer_key_enrols, needs_approval FROM workspace WHERE id = ?", [workspace]
    ) { row in
      var settings = WorkspaceSettings()
      (settings.servesAsvinClients, settings.enrolsByCustomerKey, settings.needsApproval) = (row[0], row[1], row[2])
      return settings
    }
    guard let known else { throw PlatformError.notFound(.workspace) }
    return known
  }

  func put(_ settings: WorkspaceSettings) throws {
    try run(
      "UPDATE workspace SET asvin_clients = ?, customer_key_enrols = ?, needs_approval = ? WHERE id = ?",
      [settings.servesAsvinClients, settings.enrolsByCustomerKey, settings.needsApproval, workspace])
  }

  func enrolmentToken(_ id: ID<EnrolmentToken>) throws -> EnrolmentToken? {
    try one(
      "SELECT \(EnrolmentToken.columns) FROM enrolment_token WHERE workspace = ? AND id = ?", [workspace, id.value]
    ).map { try EnrolmentToken($0, at: 0) }
  }

  func enrolmentTokens(_ listing: Listing<NameFilter<EnrolmentToken>>) throws -> Page<EnrolmentToken> {
    try page(EnrolmentToken.columns, of: "enrolment_token", listing) { try EnrolmentToken($0, at: 0) }
  }

  func endedEnrolmentTokens(since limit: Instant) throws -> [EnrolmentToken] {
    try all(
      """
      SELECT \(EnrolmentToken.columns) FROM enrolment_token
      WHERE workspace = ? AND (expires < ? OR uses >= most AND last_use < ?) ORDER BY id LIMIT 20
      """, [workspace, limit.seconds, limit.seconds]
    ).map { try EnrolmentToken($0, at: 0) }
  }

  func add(_ token: EnrolmentToken) throws -> EnrolmentToken {
    if let group = token.group, try deviceGroup(group) == nil { throw PlatformError.notFound(.deviceGroup) }
    if let device = token.device, try self.device(device) == nil { throw PlatformError.notFound(.device) }
    var added = token
    added.id = ID(
      try insert(
        .enrolmentToken,
        """
        INSERT INTO enrolment_token (workspace, name, handle, digest, created, expires, most, uses, device_group, device,
        last_use) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          workspace, token.name, token.handle, token.digest.data, token.created.seconds, token.expires?.seconds,
          token.limit, token.uses, token.group?.value, token.device?.value, token.lastUse?.seconds,
        ]))
    return added
  }

  func put(_ token: EnrolmentToken) throws {
    try run(
      "UPDATE enrolment_token SET uses = ?, last_use = ? WHERE workspace = ? AND id = ?",
      [token.uses, token.lastUse?.seconds, workspace, token.id.value])
  }

  func remove(_ token: ID<EnrolmentToken>) throws {
    try run("DELETE FROM enrolment_token WHERE workspace = ? AND id = ?", [workspace, token.value])
  }
}

extension EnrolmentToken {
  static let columns = "id, name, handle, digest, created, expires, most, device_group, device, uses, last_use"

  /// Reads eleven columns of a row.
  init(_ row: Row, at column: Int) throws {
    guard let digest = Digest(data: row[column + 3]) else {
      throw StoreError(table: "enrolment_token", id: row[column])
    }
    let expires: Int64? = row[column + 5]
    let (group, device): (Int64?, Int64?) = (row[column + 7], row[column + 8])
    self.init(
      id: ID(row[column]), name: row[column + 1], handle: row[column + 2], digest: digest,
      created: Instant(row[column + 4]), expires: expires.map { Instant($0) }, limit: row[column + 6],
      group: group.map { ID($0) }, device: device.map { ID($0) })
    let lastUse: Int64? = row[column + 10]
    (uses, self.lastUse) = (row[column + 9], lastUse.map { Instant($0) })
  }
}
