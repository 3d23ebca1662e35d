import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import GRDB

extension SQLiteTransaction {
  private static let columns = """
    SELECT number, time, actor, token, address, action, subject, details, form, previous, digest, workspace FROM audit
    """

  var workspaceID: ID<Workspace> { ID(workspace) }

  func lastAuditEntry() throws -> AuditEntry? {
    try one("\(Self.columns) WHERE workspace = ? ORDER BY number DESC LIMIT 1", [workspace]).map(AuditEntry.init)
  }

  func auditEntries(after number: Int64, limit: Int) throws -> [AuditEntry] {
    try all(
      "\(Self.columns) WHERE workspace = ? AND number > ? ORDER BY number LIMIT ?", [workspace, number, limit]
    ).map(AuditEntry.init)
  }

  func events(after number: Int64, limit: Int) throws -> [AuditEntry] {
    try all(
      "\(Self.columns) WHERE workspace = ? AND event = 1 AND number > ? ORDER BY number LIMIT ?",
      [workspace, number, limit]
    ).map(AuditEntry.init)
  }

  func append(_ entry: AuditEntry) throws {
    notes?.explain(entry.action)
    try run(
      """
      INSERT INTO audit (workspace, number, time, actor, token, address, action, subject, details, form, previous, digest, event)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        workspace, entry.number, entry.time, entry.actor, entry.token, entry.address, entry.action,
        entry.subject,
        try StoredDetails.text(entry.details), entry.form, entry.previous.data, entry.digest.data,
        AuditAction(rawValue: entry.action)?.isEvent ?? false,
      ])
  }

  func auditBase() throws -> AuditBase? {
    guard let row = try one("SELECT number, digest, proof FROM audit_base WHERE workspace = ?", [workspace]) else {
      return nil
    }
    guard let digest = Digest(data: row[1]) else { throw StoreError(table: "audit_base", id: workspace) }
    return AuditBase(link: AuditLink(number: row[0], digest: digest), proof: row[2])
  }

  func pruneAudit(to base: AuditBase) throws -> Int {
    let known = try auditBase()?.link.number ?? 0
    guard let last = try lastAuditEntry(), (known + 1..<last.number).contains(base.link.number),
      try auditEntries(after: base.link.number - 1, limit: 1).first?.link == base.link,
      base.link.number - known <= Int64(PlatformLimit.prunedEntries)
    else { throw PlatformError.invalid("the base is not an entry that can be removed now") }
    try run(
      """
      INSERT INTO audit_base (workspace, number, digest, proof) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET number = excluded.number, digest = excluded.digest, proof = excluded.proof
      """, [workspace, base.link.number, base.link.digest.data, base.proof])
    try run("DELETE FROM audit WHERE workspace = ? AND number <= ?", [workspace, base.link.number])
    return Int(base.link.number - known)
  }

  func auditShares() throws -> [AuditShare] {
    try all(
      "SELECT action, start, recorded, counted, first, last FROM audit_share WHERE workspace = ? ORDER BY action",
      [workspace]
    ).map(AuditShare.init)
  }

  func auditShare(of action: String) throws -> AuditShare? {
    try one(
      """
      SELECT action, start, recorded, counted, first, last FROM audit_share WHERE workspace = ? AND action = ?
      """, [workspace, action]
    ).map(AuditShare.init)
  }

  func put(_ share: AuditShare) throws {
    notes?.explain(share.action)
    try run(
      """
      INSERT OR REPLACE INTO audit_share (workspace, action, start, recorded, counted, first, last)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [workspace, share.action, share.start.seconds, share.recorded, share.counted, share.first, share.last])
  }
}

extension AuditShare {
  fileprivate init(_ row: Row) {
    self.init(action: row[0], start: Instant(row[1]))
    (recorded, counted, first, last) = (row[2], row[3], row[4], row[5])
  }
}

extension AuditEntry {
  fileprivate init(_ row: Row) throws {
    guard let previous = Digest(data: row[9]), let digest = Digest(data: row[10]),
      let details = StoredDetails.details(row[7])
    else { throw StoreError(table: "audit", id: row[0]) }
    let content = AuditContent(
      workspace: row[11], number: row[0], time: row[1], actor: row[2], token: row[3], address: row[4], action: row[5],
      subject: row[6], details: details, previous: previous)
    self.init(content, form: row[8], digest: digest)
  }
}

/// The details of an entry in a column: a JSON array of names and values.
private enum StoredDetails {
  static func text(_ details: [AuditDetail]) throws -> String {
    details.isEmpty
      ? "[]" : String(decoding: try JSONEncoder().encode(details.flatMap { [$0.name, $0.value] }), as: UTF8.self)
  }

  static func details(_ text: String) -> [AuditDetail]? {
    if text == "[]" { return [] }
    guard let texts = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),  // another text is damage
      texts.count.isMultiple(of: 2)
    else { return nil }
    return stride(from: 0, to: texts.count, by: 2).map { AuditDetail(texts[$0], texts[$0 + 1]) }
  }
}
