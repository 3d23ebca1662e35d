package import AsvinManifest

/// The storage of the platform. Every operation except the search for a workspace is within one workspace, so that a query
/// over two workspaces cannot be written.
package protocol PlatformStore: Sendable {
  /// Returns the workspace that has a device key.
  func workspace(deviceKey: String) async throws -> Workspace?
  func workspace(_ id: ID<Workspace>) async throws -> Workspace?
  /// Returns all workspaces in the order of their creation.
  func workspaces() async throws -> [Workspace]
  /// Returns the token with a digest, and its workspace.
  func access(_ digest: Digest) async throws -> (workspace: ID<Workspace>, token: AccessToken)?
  /// Returns the enrolment token with a handle, and its workspace.
  func enrolmentToken(_ handle: String) async throws -> (workspace: ID<Workspace>, token: EnrolmentToken)?
  /// Returns the account of an e-mail address, and its workspace.
  func account(_ email: String) async throws -> (workspace: ID<Workspace>, account: Account)?
  /// Returns the user with an e-mail address in lower case, and the workspace.
  func user(_ email: String) async throws -> (workspace: ID<Workspace>, user: User)?
  /// Returns the user with the digest of an invitation's code, and the workspace.
  func user(invitedBy code: Digest) async throws -> (workspace: ID<Workspace>, user: User)?
  /// Returns the session with a digest, its user and the user's token.
  func session(_ digest: Digest) async throws -> SignedIn?
  /// Whether any workspace has a user.
  func hasUsers() async throws -> Bool
  /// Adds a workspace and assigns its id.
  func add(_ workspace: Workspace) async throws -> Workspace

  /// The same store, which refuses every write that changes state without an entry in the audit log.
  var audited: any PlatformStore { get }

  /// What the last polls did; `nil` if every poll begins on a snapshot.
  var pollHabit: PollHabit? { get }
  /// The last contacts that are not stored yet.
  var contacts: RecentContacts { get }
  /// Whether firmware or an upload of any workspace uses an object.
  func isUsed(object: Digest) async throws -> Bool
  /// Whether any workspace lists a bundle.
  func isListed(bundle: Digest) async throws -> Bool
  /// Seconds that the oldest waiting read or write has waited.
  var delay: Double { get }
  /// The bytes of the store's files, by what they hold.
  func sizes() async throws -> [StoreFile: UInt64]
  /// Returns if the store answers.
  func ping() async throws
  /// Returns if the store can be written. It writes nothing.
  ///
  /// - Throws: ``ServiceFault``.
  func checkWriting() async throws

  /// Reads from one snapshot of the store.
  func read<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
  ) async throws -> Result

  /// Runs a body that rarely writes on one snapshot of the store, without waiting for the disk or for a lock.
  ///
  /// - Throws: ``ServiceFault/readOnly`` at its first write, and what the body throws.
  func tryOnSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result

  /// Runs a body as ``tryOnSnapshot(in:_:)`` does, which reads a few rows. Bodies that wait together may share a snapshot.
  func tryOnSharedSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result

  /// Reads and writes atomically: if the body throws, nothing is written. Writes are serialized.
  ///
  /// - Parameter origin: the sender of the request, for the audit log.
  func write<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin?,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result
}

extension PlatformStore {
  package var pollHabit: PollHabit? { nil }

  package func tryOnSharedSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result { try await tryOnSnapshot(in: workspace, body) }

  /// Reads and writes atomically in the platform's own name.
  package func write<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    try await write(in: workspace, from: nil, body)
  }

  /// Runs a body that rarely writes. It runs on a snapshot first; if it writes, it runs again as a write. A body that only
  /// reads does not wait for the disk.
  package func attempt<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin? = nil,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    do {
      return try await tryOnSnapshot(in: workspace, body)
    } catch ServiceFault.readOnly {
      return try await write(in: workspace, from: origin, body)
    }
  }
}

/// A file of the store.
package enum StoreFile: String, CaseIterable, Sendable {
  case database
  /// The log of changes that are not yet in the database (the WAL of SQLite).
  case log
}
