package import AsvinHost
import FoundationEssentials
import GRDB

/// A copy of a database that programs may be writing to.
enum DatabaseCopy {
  /// Seconds for which a copy waits for the lock of another program.
  private static let lockSeconds = 30.0

  /// Copies the last committed state with SQLite's online backup. Writers continue meanwhile. The copy is one file, without
  /// a write-ahead log, and is durable and checked when this returns.
  ///
  /// - Throws: an error of SQLite; ``DamagedDatabase``.
  static func make(of source: String, at target: String) throws {
    try FileSystem.remove(target)
    var configuration = Configuration()
    configuration.busyMode = .timeout(lockSeconds)
    let from = try DatabaseQueue(path: source, configuration: configuration)
    let to = try DatabaseQueue(path: target, configuration: configuration)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
    try from.backup(to: to)
    try from.close()
    try to.writeWithoutTransaction { database in
      _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
    try to.read { try requireIntact($0) }
    try to.close()
    try FileSystem.flushFolder(FileSystem.split(target).folder)
  }

  /// Checks the pages and indexes of a database, and its references between tables.
  ///
  /// - Throws: ``DamagedDatabase``.
  static func requireIntact(_ database: Database) throws {
    let faults = try faults(of: database)
    guard faults.isEmpty else { throw DamagedDatabase(faults: faults) }
  }

  /// Returns the faults that SQLite finds, at most twenty of each kind.
  static func faults(of database: Database) throws -> [String] {
    let pages = try String.fetchAll(database, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
    let references = try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(20).map { row in
      "\(row[0] as String) \((row[1] as Int64?) ?? 0) refers to a row of \(row[2] as String) that does not exist"
    }
    return pages + references
  }
}

/// A database whose file or references are damaged.
package struct DamagedDatabase: Error, Equatable, Explained {
  package let faults: [String]

  package func failure(on name: String) -> Failure {
    Failure(
      .rejected, "the database in '\(name)' is damaged: \(faults.prefix(3).joined(separator: "; "))",
      hint: "restore a backup")
  }
}
