package import AsvinHost
import GRDB

/// How the tables of a database relate to this version of the program.
package enum SchemaState: Equatable, Sendable {
  /// There is no database, or an empty one.
  case missing
  case current
  /// These migrations are missing.
  case earlier([String])
  /// A later version of the program has made these migrations.
  case later([String])

  /// Reads the state of a database file. It changes nothing.
  ///
  /// - Throws: an error of SQLite if the file is not a database.
  package static func of(path: String) throws -> SchemaState {
    guard FileSystem.exists(path) else { return .missing }
    let database = try DatabaseQueue(path: path)
    let state = try database.read { try of($0) }
    try database.close()
    return state
  }

  static func of(_ database: Database) throws -> SchemaState {
    let known = Migrations.migrator.migrations
    let applied = try Migrations.migrator.appliedIdentifiers(database)
    let later = applied.subtracting(known).sorted()
    if !later.isEmpty { return .later(later) }
    let missing = known.filter { !applied.contains($0) }
    if applied.isEmpty { return .missing }
    return missing.isEmpty ? .current : .earlier(missing)
  }
}

/// A database, or a backup, that a later version of the program made.
package struct LaterVersion: Error, Equatable, Explained {
  /// The migrations that this version does not know.
  package let migrations: [String]

  package init(migrations: [String]) { self.migrations = migrations }

  package func failure(on name: String) -> Failure {
    Failure(
      .failed, "a later version of asvin-platform made '\(name)': \(migrations.joined(separator: "; "))",
      hint: "run that version, or restore a backup from before its upgrade")
  }
}
