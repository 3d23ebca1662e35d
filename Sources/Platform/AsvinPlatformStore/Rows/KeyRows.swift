import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import GRDB

// The keys of a workspace, and its accounts.
extension SQLiteTransaction {
  func add(deviceKey: String) throws {
    let place = try one("SELECT coalesce(max(place), -1) + 1 FROM device_key WHERE workspace = ?", [workspace])
    do {
      try run("INSERT INTO device_key VALUES (?, ?, ?)", [deviceKey, workspace, (place?[0] as Int?) ?? 0])
    } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
      throw PlatformError.nameTaken(.deviceKey)
    }
  }

  func remove(deviceKey: String) throws {
    guard try one("SELECT 1 FROM device_key WHERE text = ? AND workspace = ?", [deviceKey, workspace]) != nil else {
      throw PlatformError.notFound(.deviceKey)
    }
    try run("DELETE FROM device_key WHERE text = ? AND workspace = ?", [deviceKey, workspace])
  }

  func customerKeys() throws -> CustomerKeys {
    guard let row = try one("SELECT customer_key FROM workspace WHERE id = ?", [workspace]) else {
      throw PlatformError.notFound(.workspace)
    }
    return CustomerKeys(current: row[0], former: try formerKeys())
  }

  func formerKeys() throws -> [FormerKey] {
    try all("SELECT text, expires FROM former_key WHERE workspace = ? ORDER BY place", [workspace]).map {
      FormerKey(text: $0[0], expires: Instant($0[1]))
    }
  }

  func put(_ keys: CustomerKeys) throws {
    try run("UPDATE workspace SET customer_key = ? WHERE id = ?", [keys.current, workspace])
    try run("DELETE FROM former_key WHERE workspace = ?", [workspace])
    for (place, key) in keys.former.enumerated() {
      try run("INSERT INTO former_key VALUES (?, ?, ?, ?)", [workspace, place, key.text, key.expires.seconds])
    }
  }

  func accounts(after email: String?, limit: Int) throws -> [Account] {
    try all(
      "SELECT email, salt, hash FROM account WHERE workspace = ? AND email > ? ORDER BY email LIMIT ?",
      [workspace, email ?? "", limit]
    ).map { try Account($0, at: 0) }
  }

  func add(_ account: Account) throws {
    _ = try insert(
      .account, "INSERT INTO account (email, workspace, salt, hash) VALUES (?, ?, ?, ?)",
      [account.email, workspace, account.salt.data, account.hash.data])
  }

  func put(_ account: Account) throws {
    try require(account: account.email)
    try run(
      "UPDATE account SET salt = ?, hash = ? WHERE workspace = ? AND email = ?",
      [account.salt.data, account.hash.data, workspace, account.email])
  }

  func remove(account email: String) throws {
    try require(account: email)
    try run("DELETE FROM account WHERE workspace = ? AND email = ?", [workspace, Account.folded(email)])
  }

  private func require(account email: String) throws {
    let row = try one(
      "SELECT 1 FROM account WHERE workspace = ? AND email = ?", [workspace, Account.folded(email)])
    guard row != nil else { throw PlatformError.notFound(.account) }
  }
}

extension Account {
  /// Reads three columns of a row.
  init(_ row: Row, at column: Int) throws {
    guard let salt = FixedBytes<16>(data: row[column + 1]), let hash = Digest(data: row[column + 2]) else {
      throw StoreError(table: "account", id: 0)
    }
    self.init(email: row[column], salt: salt, hash: hash)
  }
}
