package import AsvinPlatform
package import AsvinManifest
import FoundationEssentials
import GRDB

/// The platform's store in one SQLite file. It needs no database server, and commits are durable.
package final class SQLiteStore: PlatformStore {
  /// Seconds for which a write waits for the lock of another program.
  private static let lockSeconds = 2.0

  private let pool: DatabasePool
  private let commits: GroupCommit
  private let readers: Readers
  private let polls: SharedSnapshots
  private let notes: ChangeNotes
  package let pollHabit: PollHabit?
  package let contacts: RecentContacts
  /// Whether writes need entries in the audit log.
  private let isAudited: Bool

  /// Opens the file, or creates it, and migrates its tables.
  ///
  /// - Throws: ``LaterVersion``; an error of SQLite.
  package init(path: String) throws {
    if case .later(let names) = try SchemaState.of(path: path) { throw LaterVersion(migrations: names) }
    var configuration = Configuration()
    let notes = ChangeNotes()
    configuration.prepareDatabase { database in
      notes.add(to: database)
      // With WAL, `NORMAL` may lose the last transactions when power is lost. A device reports its success only once.
      try database.execute(sql: "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")
      // A rollout changes records all over the table. With this setting, pages are written back once in 40 MB and not once
      // in 4.
      try database.execute(sql: "PRAGMA wal_autocheckpoint = 10000; PRAGMA cache_size = -16384")
    }
    configuration.busyMode = .timeout(Self.lockSeconds)
    pool = try DatabasePool(path: path, configuration: configuration)
    commits = GroupCommit(pool)
    (self.notes, isAudited, pollHabit, contacts) = (notes, false, PollHabit(), RecentContacts())
    try Migrations.migrator.migrate(pool)
    try pool.write { try notes.watch($0) }
    readers = try Readers(path: path, configuration)
    polls = try SharedSnapshots(path: path, configuration, count: SharedSnapshots.usualCount)
  }

  private init(auditing store: SQLiteStore) {
    (pool, commits, readers, polls, notes) = (store.pool, store.commits, store.readers, store.polls, store.notes)
    (isAudited, pollHabit, contacts) = (true, store.pollHabit, store.contacts)
  }

  package var audited: any PlatformStore { SQLiteStore(auditing: self) }

  package func workspace(deviceKey: String) async throws -> Workspace? {
    try await read { database in
      let sql = "SELECT workspace FROM device_key WHERE text = ?"
      guard let id = try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: [deviceKey]) else { return nil }
      return try Self.workspace(id, database)
    }
  }

  package func workspace(_ id: ID<Workspace>) async throws -> Workspace? {
    try await read { try Self.workspace(id.value, $0) }
  }

  package func workspaces() async throws -> [Workspace] {
    try await read { database in
      try Int64.fetchAll(database, sql: "SELECT id FROM workspace ORDER BY id").compactMap {
        try Self.workspace($0, database)
      }
    }
  }

  package func access(_ digest: Digest) async throws -> (workspace: ID<Workspace>, token: AccessToken)? {
    try await read { database in
      let sql = "SELECT workspace, id, name, role, digest, created, expires, used FROM access_token WHERE digest = ?"
      let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [digest.data])
      return try row.map { (ID($0[0]), try AccessToken($0, at: 1)) }
    }
  }

  package func enrolmentToken(_ handle: String) async throws -> (workspace: ID<Workspace>, token: EnrolmentToken)? {
    try await read { database in
      let sql = "SELECT workspace, \(EnrolmentToken.columns) FROM enrolment_token WHERE handle = ?"
      let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [handle])
      return try row.map { (ID($0[0]), try EnrolmentToken($0, at: 1)) }
    }
  }

  package func account(_ email: String) async throws -> (workspace: ID<Workspace>, account: Account)? {
    try await read { database in
      let statement = try database.cachedStatement(
        sql: "SELECT workspace, email, salt, hash FROM account WHERE email = ?")
      guard let row = try Row.fetchOne(statement, arguments: [Account.folded(email)]) else { return nil }
      return (ID(row[0]), try Account(row, at: 1))
    }
  }

  package func user(_ email: String) async throws -> (workspace: ID<Workspace>, user: User)? {
    try await user(where: "email", is: email)
  }

  package func user(invitedBy code: Digest) async throws -> (workspace: ID<Workspace>, user: User)? {
    try await user(where: "invitation", is: code.data)
  }

  private func user(
    where column: String, is value: any DatabaseValueConvertible & Sendable
  ) async throws -> (workspace: ID<Workspace>, user: User)? {
    try await read { database in
      let sql = "SELECT workspace, \(User.columns) FROM user WHERE \(column) = ?"
      let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [value])
      return try row.map { (ID($0[0]), try User($0, at: 1)) }
    }
  }

  package func session(_ digest: Digest) async throws -> SignedIn? {
    try await read { database in
      let sql = """
        SELECT session.workspace, \(Session.columns), \(User.columns), access_token.id, name, role,
          access_token.digest, access_token.created, expires, used
        FROM session JOIN user ON user.token = session.user JOIN access_token ON access_token.id = user.token
        WHERE session.digest = ?
        """
      guard let row = try Row.fetchOne(database.cachedStatement(sql: sql), arguments: [digest.data]) else { return nil }
      return SignedIn(
        workspace: ID(row[0]), session: try Session(row, at: 1), user: try User(row, at: 7),
        token: try AccessToken(row, at: 15))
    }
  }

  package func hasUsers() async throws -> Bool {
    try await read { try Bool.fetchOne($0, sql: "SELECT 1 FROM user LIMIT 1") != nil }
  }

  package func add(_ workspace: Workspace) async throws -> Workspace {
    try await commits.write { database in
      var added = workspace
      try database.execute(
        sql: "INSERT INTO workspace (name, customer_key) VALUES (?, ?)", arguments: [added.name, added.customerKey])
      added.id = ID(database.lastInsertedRowID)
      for (place, key) in added.deviceKeys.enumerated() {
        try database.execute(sql: "INSERT INTO device_key VALUES (?, ?, ?)", arguments: [key, added.id.value, place])
      }
      return added
    }
  }

  package func read<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
  ) async throws -> Result {
    try await read { [contacts] in
      try body(SQLiteTransaction(database: $0, workspace: workspace.value, contacts: contacts))
    }
  }

  package func tryOnSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    // A connection for reading refuses to write.
    try await read { [contacts] in
      try body(SQLiteTransaction(database: $0, workspace: workspace.value, contacts: contacts))
    }
  }

  package func tryOnSharedSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    do {
      return try await polls.read { [contacts] database, known in
        try body(SQLiteTransaction(database: database, workspace: workspace.value, contacts: contacts, known: known))
      }
    } catch let error as DatabaseError {
      throw ServiceFault(error) ?? error
    }
  }

  /// Writes atomically. The write is durable when this returns.
  package func write<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin?,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    try await commits.write { [notes, isAudited, contacts] database in
      notes.begin()
      let rows = SQLiteTransaction(
        database: database, workspace: workspace.value, origin: origin, notes: notes, contacts: contacts)
      let result = try body(rows)
      if isAudited { try notes.check() }
      return result
    }
  }

  /// Runs a body and undoes what it wrote.
  func undone<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    try await readers.run { [pool] in
      try pool.write { database in
        var result: Result?
        try database.inSavepoint {
          result = try body(database)
          return .rollback
        }
        guard let result else { throw DatabaseError(message: "a savepoint ended without its result") }
        return result
      }
    }
  }

  package func isUsed(object: Digest) async throws -> Bool {
    try await read { database in
      let sql = """
        SELECT 1 FROM firmware WHERE bundle = :digest UNION ALL
        SELECT 1 FROM firmware WHERE digest = :digest AND bundle IS NULL UNION ALL
        SELECT 1 FROM upload WHERE digest = :digest LIMIT 1
        """
      return try Bool.fetchOne(database, sql: sql, arguments: ["digest": object.data]) != nil
    }
  }

  package func isListed(bundle: Digest) async throws -> Bool {
    try await read { database in
      try Bool.fetchOne(database, sql: "SELECT 1 FROM firmware WHERE bundle = ?", arguments: [bundle.data]) != nil
    }
  }

  package var delay: Double { max(readers.delay, polls.delay, commits.delay) }

  package func sizes() async throws -> [StoreFile: UInt64] {
    let paths: [StoreFile: String] = [.database: pool.path, .log: "\(pool.path)-wal"]
    return try await Workers.files.run {
      paths.compactMapValues { path in
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? UInt64  // no log before the first write
      }
    }
  }

  /// Returns as long as the threads for reading make progress.
  package func ping() async throws {
    _ = try await readers.read(isUrgent: true) { try Int.fetchOne($0, sql: "SELECT 1") }
    _ = try await polls.read(isUrgent: true) { database, _ in try Int.fetchOne(database, sql: "SELECT 1") }
  }

  /// Acquires the lock of writes, and writes nothing.
  package func checkWriting() async throws { try await commits.write { _ in } }

  /// Writes in all workspaces.
  func change<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    try await commits.write(body)
  }

  /// Closes the file, and writes the write-ahead log back.
  func close() throws {
    try readers.close()
    try polls.close()
    try pool.close()
  }

  func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
    do {
      return try await readers.read(body)
    } catch let error as DatabaseError {
      throw ServiceFault(error) ?? error
    }
  }

  private static func workspace(_ id: Int64, _ database: Database) throws -> Workspace? {
    let statement = try database.cachedStatement(sql: "SELECT name, customer_key FROM workspace WHERE id = ?")
    guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
    let keys = try String.fetchAll(
      database.cachedStatement(sql: "SELECT text FROM device_key WHERE workspace = ? ORDER BY place"), arguments: [id])
    let rows = SQLiteTransaction(database: database, workspace: id)
    var known = Workspace(
      id: ID(id), name: row[0], customerKey: row[1], deviceKeys: keys, formerKeys: try rows.formerKeys())
    known.settings = try rows.settings()
    return known
  }
}
