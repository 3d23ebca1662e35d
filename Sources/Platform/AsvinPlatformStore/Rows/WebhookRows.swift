import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import GRDB

extension SQLiteTransaction {
  private static let columns = """
    SELECT id, address, kinds, secret, created, creator, suspended, delivered, failures, failing_since, last_error
    FROM webhook
    """

  func webhooks() throws -> [Webhook] {
    try all("\(Self.columns) WHERE workspace = ? ORDER BY id", [workspace]).map(Webhook.init)
  }

  func webhook(_ id: ID<Webhook>) throws -> Webhook? {
    try one("\(Self.columns) WHERE workspace = ? AND id = ?", [workspace, id.value]).map(Webhook.init)
  }

  func add(_ webhook: Webhook) throws -> Webhook {
    var added = webhook
    added.id = ID(
      try run(
        """
        INSERT INTO webhook (workspace, address, kinds, secret, created, creator, suspended, delivered, failures,
        failing_since, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, [workspace] + webhook.values))
    return added
  }

  func put(_ webhook: Webhook) throws {
    try run(
      """
      UPDATE webhook SET address = ?, kinds = ?, secret = ?, created = ?, creator = ?, suspended = ?, delivered = ?,
      failures = ?, failing_since = ?, last_error = ? WHERE workspace = ? AND id = ?
      """, webhook.values + [workspace, webhook.id.value])
  }

  func remove(_ webhook: ID<Webhook>) throws {
    try run("DELETE FROM webhook WHERE workspace = ? AND id = ?", [workspace, webhook.value])
  }

  func lateRollouts(startedBefore time: Instant, limit: Int) throws -> [Rollout] {
    try all(
      """
      SELECT id FROM rollout r WHERE workspace = ? AND phase IN (1, 2, 3) AND started < ?
      AND NOT EXISTS (SELECT 1 FROM late_rollout l WHERE l.rollout = r.id) ORDER BY id LIMIT ?
      """, [workspace, time.seconds, limit]
    ).compactMap { try rollout(ID($0[0])) }
  }

  func noteLate(_ rollout: ID<Rollout>) throws {
    guard try self.rollout(rollout) != nil else { throw PlatformError.notFound(.rollout) }
    try run("INSERT OR IGNORE INTO late_rollout (rollout) VALUES (?)", [rollout.value])
  }
}

extension Webhook {
  fileprivate init(_ row: Row) throws {
    let kinds: String = row[2]
    guard let secret = FixedBytes<32>(data: row[3]) else { throw StoreError(table: "webhook", id: row[0]) }
    self.init(
      id: ID(row[0]), address: row[1], kinds: Set(kinds.split(separator: " ").map(String.init)), secret: secret,
      created: Instant(row[4]), creator: row[5], delivered: row[7])
    let since: Int64? = row[9]
    (isSuspended, failures, failingSince, lastError) = (row[6], row[8], since.map { Instant($0) }, row[10])
  }

  fileprivate var values: [(any DatabaseValueConvertible)?] {
    [
      address, kinds.sorted().joined(separator: " "), secret.data, created.seconds, creator, isSuspended, delivered,
      failures, failingSince?.seconds, lastError,
    ]
  }
}
