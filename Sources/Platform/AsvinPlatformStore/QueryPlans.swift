package import AsvinPlatform
import GRDB
import Synchronization

extension SQLiteStore {
  /// Runs a body and undoes what it wrote. Returns SQLite's plan of each of its statements, so that a search through a
  /// complete table is noticed.
  package func queryPlans(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Void
  ) async throws -> [(statement: String, plan: [String])] {
    try await undone { database in
      let statements = Mutex<[String]>([])
      database.trace(options: .statement) { event in
        guard case .statement(let statement) = event else { return }
        statements.withLock { $0.append(statement.expandedSQL) }
      }
      try body(SQLiteTransaction(database: database, workspace: workspace.value))
      database.trace(options: [])
      let all = statements.withLock { $0 }
      return try all.filter { $0.hasPrefix("SELECT") || $0.hasPrefix("UPDATE") || $0.hasPrefix("DELETE") }.map { sql in
        (sql, try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] })
      }
    }
  }
}
