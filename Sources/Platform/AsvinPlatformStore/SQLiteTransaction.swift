import AsvinPlatform
import GRDB

/// A transaction of SQLite in one workspace.
struct SQLiteTransaction: WriteTransaction {
  let database: Database
  let workspace: Int64
  /// The sender of the request that the transaction serves.
  var origin: AuditOrigin?
  /// What the transaction changes; `nil` if it reads.
  var notes: ChangeNotes?
  /// The contacts that are not stored yet; `nil` for the rows as they are stored.
  var contacts: RecentContacts?
  /// What transactions on the connection have read; `nil` if the transaction may write.
  var known: KnownRows?
  /// The firmware that a transaction which may write has read. A poll needs it several times.
  let readFirmware = Memory<ID<Firmware>, Firmware>()

  var changes: Int { database.totalChangesCount }

  func one(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws -> Row? {
    try Row.fetchOne(database.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
  }

  func all(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws -> [Row] {
    try Row.fetchAll(database.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
  }

  /// Reads the first row. The row is not copied, so that ``one(_:_:)`` costs a device's poll more.
  ///
  /// - Parameter read: reads the row and does not keep it.
  func first<Value>(
    _ sql: String, _ arguments: [(any DatabaseValueConvertible)?], _ read: (Row) throws -> Value
  ) throws -> Value? {
    let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    // The end of the cursor would take the values from the row.
    return try withExtendedLifetime(rows) { try rows.next().map(read) }
  }

  /// Reads all rows, as ``first(_:_:_:)``.
  func each<Value>(
    _ sql: String, _ arguments: [(any DatabaseValueConvertible)?], _ read: (Row) throws -> Value
  ) throws -> [Value] {
    let rows = try Row.fetchCursor(database.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    return try withExtendedLifetime(rows) {
      var values: [Value] = []
      while let row = try rows.next() { values.append(try read(row)) }
      return values
    }
  }

  @discardableResult
  func run(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?]) throws -> Int64 {
    // SQLite refuses this too, but its error takes longer to make.
    guard !database.configuration.readonly else { throw ServiceFault.readOnly }
    try database.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    return database.lastInsertedRowID
  }

  /// Runs an insert. Throws ``PlatformError/nameTaken(_:)`` if a row violates a unique constraint.
  func insert(
    _ kind: PlatformError.Kind, _ sql: String, _ arguments: [(any DatabaseValueConvertible)?]
  ) throws -> Int64 {
    do {
      return try run(sql, arguments)
    } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
      throw PlatformError.nameTaken(kind)
    }
  }
}
