package import AsvinManifest
package import AsvinPlatform
import AsvinPlatformAPI
import Synchronization

/// A store in memory.
package final class MemoryStore: PlatformStore {
  private let shared: Shared
  /// Whether writes need entries in the audit log.
  private let isAudited: Bool

  private final class Shared: Sendable {
    let state = Mutex(State())
    let contacts = RecentContacts()
  }

  private struct State {
    var workspaces: [ID<Workspace>: Workspace] = [:]
    var rows: [ID<Workspace>: MemoryTransaction.Tables] = [:]
    var nextID: Int64 = 1

    func transaction(
      in workspace: ID<Workspace>, from origin: AuditOrigin? = nil, _ contacts: RecentContacts
    ) -> MemoryTransaction {
      let others = rows.filter { $0.key != workspace }.values
      let foreign = MemoryTransaction.Foreign(
        deviceKeys: Set(workspaces.values.filter { $0.id != workspace }.flatMap(\.deviceKeys)),
        accounts: Set(others.flatMap(\.accounts.keys)), users: Set(others.flatMap { $0.users.values.map(\.email) }))
      return MemoryTransaction(
        rows[workspace] ?? MemoryTransaction.Tables(), nextID: nextID, known: workspaces[workspace], foreign: foreign,
        origin: origin, contacts: contacts)
    }
  }

  package convenience init() { self.init(Shared(), isAudited: false) }

  private init(_ shared: Shared, isAudited: Bool) { (self.shared, self.isAudited) = (shared, isAudited) }

  package var audited: any PlatformStore { MemoryStore(shared, isAudited: true) }

  package func workspace(deviceKey: String) async throws -> Workspace? {
    shared.state.withLock { $0.workspaces.values.first { $0.deviceKeys.contains(deviceKey) } }
  }

  package func workspace(_ id: ID<Workspace>) async throws -> Workspace? { shared.state.withLock { $0.workspaces[id] } }

  package func workspaces() async throws -> [Workspace] {
    shared.state.withLock { $0.workspaces.values.sorted { $0.id < $1.id } }
  }

  package func access(_ digest: Digest) async throws -> (workspace: ID<Workspace>, token: AccessToken)? {
    shared.state.withLock { state in
      for (workspace, tables) in state.rows {
        if let token = tables.accessTokens.values.first(where: { $0.digest == digest }) { return (workspace, token) }
      }
      return nil
    }
  }

  package func enrolmentToken(_ handle: String) async throws -> (workspace: ID<Workspace>, token: EnrolmentToken)? {
    shared.state.withLock { state in
      for (workspace, tables) in state.rows {
        if let token = tables.enrolmentTokens.values.first(where: { $0.handle == handle }) { return (workspace, token) }
      }
      return nil
    }
  }

  package func account(_ email: String) async throws -> (workspace: ID<Workspace>, account: Account)? {
    shared.state.withLock { state in
      for (workspace, tables) in state.rows {
        if let account = tables.accounts[Account.folded(email)] { return (workspace, account) }
      }
      return nil
    }
  }

  package func add(_ workspace: Workspace) async throws -> Workspace {
    shared.state.withLock { state in
      var added = workspace
      added.id = ID(state.nextID)
      state.nextID += 1
      state.workspaces[added.id] = added
      return added
    }
  }

  /// Returns the first value that a body finds in the rows of a workspace.
  func everyRow<Value>(_ body: (ID<Workspace>, MemoryTransaction.Tables) -> Value?) -> Value? {
    shared.state.withLock { state in
      for (workspace, tables) in state.rows { if let value = body(workspace, tables) { return value } }
      return nil
    }
  }

  package func isUsed(object: Digest) async throws -> Bool {
    shared.state.withLock { state in
      state.rows.values.contains { tables in
        tables.uploads.values.contains { $0.digest == object }
          || tables.firmware.values.contains { ($0.release?.bundle ?? $0.image.digest) == object }
      }
    }
  }

  package func isListed(bundle: Digest) async throws -> Bool {
    shared.state.withLock { $0.rows.values.contains { $0.firmware.values.contains { $0.release?.bundle == bundle } } }
  }

  package var contacts: RecentContacts { shared.contacts }
  package var delay: Double { 0 }
  package func sizes() async throws -> [StoreFile: UInt64] { [:] }

  package func ping() async throws {}

  package func checkWriting() async throws {}

  package func read<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
  ) async throws -> Result {
    try body(shared.state.withLock { $0.transaction(in: workspace, shared.contacts) })
  }

  package func tryOnSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    try shared.state.withLock { state in
      let rows = state.transaction(in: workspace, shared.contacts)
      let result = try body(rows)
      if rows.isChanged { throw ServiceFault.readOnly }
      return result
    }
  }

  package func write<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin?,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    try shared.state.withLock { state in
      let rows = state.transaction(in: workspace, from: origin, shared.contacts)
      let old = rows.tables
      let result = try body(rows)
      let missing = rows.tables.changes(since: old).subtracting(rows.tables.explanations(since: old))
      if isAudited, !missing.isEmpty { throw UnrecordedChange(missing.sorted { $0.rawValue < $1.rawValue }) }
      (state.rows[workspace], state.nextID) = (rows.tables, rows.nextID)
      if let known = rows.known { state.workspaces[workspace] = known }
      return result
    }
  }
}
