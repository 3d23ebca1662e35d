package import AsvinManifest
import Synchronization

/// A store in memory: for tests, and for trying the platform out. What it holds ends with it.
package final class MemoryStore: PlatformStore {
  private let state = Mutex(State())

  private struct State {
    var workspaces: [ID<Workspace>: Workspace] = [:]
    var rows: [ID<Workspace>: MemoryRows.Tables] = [:]
    var accounts: [String: (workspace: ID<Workspace>, account: Account)] = [:]
    var nextID: Int64 = 1
  }

  /// A store of nothing.
  package init() {}

  /// A workspace by one of its device keys.
  package func workspace(deviceKey: String) async throws -> Workspace? {
    state.withLock { $0.workspaces.values.first { $0.deviceKeys.contains(deviceKey) } }
  }

  /// A workspace by its id.
  package func workspace(_ id: ID<Workspace>) async throws -> Workspace? { state.withLock { $0.workspaces[id] } }

  /// All workspaces.
  package func workspaces() async throws -> [Workspace] {
    state.withLock { $0.workspaces.values.sorted { $0.id < $1.id } }
  }

  /// The access that a token gives.
  package func access(_ digest: Digest) async throws -> (workspace: ID<Workspace>, token: AccessToken)? {
    state.withLock { state in
      for (workspace, tables) in state.rows {
        if let token = tables.accessTokens.values.first(where: { $0.digest == digest }) { return (workspace, token) }
      }
      return nil
    }
  }

  /// An account by its e-mail address.
  package func account(_ email: String) async throws -> (workspace: ID<Workspace>, account: Account)? {
    state.withLock { $0.accounts[Account.folded(email)] }
  }

  /// Adds an account to a workspace.
  package func add(_ account: Account, to workspace: ID<Workspace>) async throws {
    try state.withLock { state in
      guard state.accounts[account.email] == nil else { throw PlatformError.nameTaken(.account) }
      state.accounts[account.email] = (workspace, account)
    }
  }

  /// Adds a workspace.
  package func add(_ workspace: Workspace) async throws -> Workspace {
    state.withLock { state in
      var added = workspace
      added.id = ID(state.nextID)
      state.nextID += 1
      state.workspaces[added.id] = added
      return added
    }
  }

  /// Whether any workspace lists a bundle.
  package func isListed(bundle: Digest) async throws -> Bool {
    state.withLock { $0.rows.values.contains { $0.firmware.values.contains { $0.release?.bundle == bundle } } }
  }

  /// Does nothing: memory answers.
  package func ping() async throws {}

  /// Does nothing: memory can be written to.
  package func checkWriting() async throws {}

  /// Reads.
  package func read<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any PlatformRows) throws -> Result
  ) async throws -> Result {
    let (tables, nextID) = state.withLock { ($0.rows[workspace] ?? MemoryRows.Tables(), $0.nextID) }
    return try body(MemoryRows(tables, nextID: nextID, workspace: workspace))
  }

  /// Writes: in memory that costs no more than reading.
  package func attempt<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WritablePlatformRows) throws -> Result
  ) async throws -> Result { try await write(in: workspace, body) }

  /// Writes, all or nothing.
  package func write<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WritablePlatformRows) throws -> Result
  ) async throws -> Result {
    try state.withLock { state in
      let foreign = state.workspaces.values.filter { $0.id != workspace }.flatMap(\.deviceKeys)
      let rows = MemoryRows(
        state.rows[workspace] ?? MemoryRows.Tables(), nextID: state.nextID, workspace: workspace,
        deviceKeys: state.workspaces[workspace]?.deviceKeys ?? [], foreignKeys: Set(foreign))
      let result = try body(rows)
      (state.rows[workspace], state.nextID) = (rows.tables, rows.nextID)
      state.workspaces[workspace]?.deviceKeys = rows.deviceKeys
      return result
    }
  }
}
