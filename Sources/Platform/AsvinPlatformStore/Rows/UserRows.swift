import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import GRDB

extension SQLiteTransaction {
  func users() throws -> [User] {
    try all("SELECT \(User.columns) FROM user WHERE workspace = ? ORDER BY email", [workspace]).map {
      try User($0, at: 0)
    }
  }

  func user(_ id: ID<AccessToken>) throws -> User? {
    try one("SELECT \(User.columns) FROM user WHERE workspace = ? AND token = ?", [workspace, id.value]).map {
      try User($0, at: 0)
    }
  }

  func add(_ user: User) throws {
    _ = try insert(
      .user,
      """
      INSERT INTO user (token, workspace, email, salt, hash, invitation, invitation_end, linked, language)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, [user.token.value, workspace, user.email] + user.values)
  }

  func put(_ user: User) throws {
    try run(
      """
      UPDATE user SET salt = ?, hash = ?, invitation = ?, invitation_end = ?, linked = ?, language = ?
      WHERE workspace = ? AND token = ?
      """, user.values + [workspace, user.token.value])
  }

  func setRole(of token: ID<AccessToken>, _ role: Role) throws {
    try run(
      "UPDATE access_token SET role = ? WHERE workspace = ? AND id = ?", [role.rawValue, workspace, token.value])
  }

  func sessions(of user: ID<AccessToken>) throws -> [Session] {
    try all(
      "SELECT \(Session.columns) FROM session WHERE workspace = ? AND user = ? ORDER BY created, digest",
      [workspace, user.value]
    ).map { try Session($0, at: 0) }
  }

  func add(_ session: Session) throws {
    try run(
      "INSERT INTO session (workspace, digest, user, created, seen, address, agent) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [
        workspace, session.digest.data, session.user.value, session.created.seconds, session.seen.seconds,
        session.address, session.agent,
      ])
  }

  func remove(_ session: Digest) throws {
    try run("DELETE FROM session WHERE workspace = ? AND digest = ?", [workspace, session.data])
  }

  func markSeen(_ session: Digest, at now: Instant) throws {
    try run(
      "UPDATE session SET seen = ? WHERE workspace = ? AND digest = ?", [now.seconds, workspace, session.data])
  }
}

extension User {
  static let columns = "user.token, email, salt, hash, invitation, invitation_end, linked, language"

  /// Reads eight columns of a row.
  init(_ row: Row, at column: Int) throws {
    let damage = StoreError(table: "user", id: row[column])
    let (salt, hash): (Data?, Data?) = (row[column + 2], row[column + 3])
    let (code, end): (Data?, Int64?) = (row[column + 4], row[column + 5])
    let (linked, language): (Int64?, String?) = (row[column + 6], row[column + 7])
    var password: StoredPassword?
    if let salt, let hash {
      guard let salt = FixedBytes<16>(data: salt), let hash = Digest(data: hash) else { throw damage }
      password = StoredPassword(salt: salt, hash: hash)
    }
    var invitation: Invitation?
    if let code, let end {
      guard let digest = Digest(data: code) else { throw damage }
      invitation = Invitation(digest: digest, expires: Instant(end))
    }
    self.init(
      token: ID(row[column]), email: row[column + 1], password: password, invitation: invitation,
      linked: linked.map { Instant($0) }, language: language.flatMap { PageLanguage(rawValue: $0) })
  }

  /// The columns after the address.
  fileprivate var values: [(any DatabaseValueConvertible)?] {
    [
      password?.salt.data, password?.hash.data, invitation?.digest.data, invitation?.expires.seconds, linked?.seconds,
      language?.rawValue,
    ]
  }
}

extension Session {
  static let columns = "session.digest, user, session.created, seen, address, agent"

  /// Reads six columns of a row.
  init(_ row: Row, at column: Int) throws {
    guard let digest = Digest(data: row[column]) else { throw StoreError(table: "session", id: row[column + 1]) }
    self.init(
      digest: digest, user: ID(row[column + 1]), created: Instant(row[column + 2]), seen: Instant(row[column + 3]),
      address: row[column + 4], agent: row[column + 5])
  }
}
