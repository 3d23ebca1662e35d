import AsvinHost
package import AsvinPlatform
import FoundationEssentials

/// The migration of a database to this version of the program.
package enum Upgrade {
  package struct Result: Encodable, Sendable {
    package let migrations: [String]
    /// The copy of the database from before the migration.
    package let copy: String
  }

  /// Copies the database beside itself, and migrates it. Each migration is one transaction, so that an interrupted upgrade
  /// can be repeated. Objects do not change.
  ///
  /// - Returns: `nil` if the database is of this version.
  /// - Throws: ``LaterVersion``, ``DamagedDatabase``, ``Failure``, an error of SQLite.
  package static func run(_ folder: String, at now: Instant) throws -> Result? {
    let layout = DataLayout(folder)
    switch try SchemaState.of(path: layout.database) {
    case .missing:
      throw Failure(
        .inputMissing, "'\(folder)' does not have a database", hint: "name the platform's folder with --data")
    case .current: return nil
    case .later(let names): throw LaterVersion(migrations: names)
    case .earlier(let names):
      let time = now.iso8601.filter { $0 != ":" && $0 != "-" }
      let copy = "\(folder)/platform-before-upgrade-\(time).sqlite"
      try DatabaseCopy.make(of: layout.database, at: "\(copy).incomplete")
      try FileSystem.rename("\(copy).incomplete", to: copy)
      try SQLiteStore(path: layout.database).close()
      return Result(migrations: names, copy: copy)
    }
  }
}
