import AsvinManifest
import AsvinPlatform
import AsvinPlatformFixtures
import Synchronization
import Testing

@Suite("Polls of a store that cannot be written") struct PollTests {
  private static let now = Instant(1_800_000_000)

  /// Polls with a registered device, and returns whether it was answered, with the number of attempts to write.
  private func poll(version: String, after seconds: Int64) async throws -> (fault: ServiceFault?, writes: Int) {
    let store = LockedStore()
    let name = try #require(DeviceName("device"))
    let workspace = try await store.inner.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: []))
    try await store.inner.write(in: workspace.id) {
      _ = try $0.register(name, label: nil, firmwareVersion: "1.0", at: Self.now)
    }
    let later = Instant(Self.now.seconds + seconds)
    do {
      _ = try await store.poll(in: workspace.id) { rows in
        try rows.nextImage(for: name, firmwareVersion: version, at: later)
      }
      return (nil, store.writes)
    } catch let fault as ServiceFault {
      return (fault, store.writes)
    }
  }

  @Test func `A poll without news does not try to write`() async throws {
    let outcome = try await poll(version: "1.0", after: 60)
    #expect(outcome == (nil, 0))
  }

  @Test func `A poll whose only news is the time of the contact does not try to write`() async throws {
    let outcome = try await poll(version: "1.0", after: 90_000)
    #expect(outcome == (nil, 0))
  }

  @Test func `After many polls with news, a poll without news is answered after one attempt to write`() async throws {
    let store = LockedStore()
    let name = try #require(DeviceName("device"))
    let workspace = try await store.inner.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: []))
    try await store.inner.write(in: workspace.id) {
      _ = try $0.register(name, label: nil, firmwareVersion: "0", at: Self.now)
    }
    store.isOpen.withLock { $0 = true }
    for version in 1...20 {
      _ = try await store.poll(in: workspace.id) {
        try $0.nextImage(for: name, firmwareVersion: "\(version)", at: Self.now)
      }
    }
    store.isOpen.withLock { $0 = false }
    let before = store.writes
    let last = try await store.poll(in: workspace.id) {
      try $0.nextImage(for: name, firmwareVersion: "20", at: Self.now)
    }
    #expect(last == nil && store.writes == before + 1)
    _ = try await store.poll(in: workspace.id) { try $0.nextImage(for: name, firmwareVersion: "20", at: Self.now) }
    #expect(store.writes == before + 1, "it begins on a snapshot again")
  }

  @Test func `A poll with a new version fails after one attempt to write`() async throws {
    let outcome = try await poll(version: "2.0", after: 60)
    #expect(outcome == (.locked, 1))
  }
}

/// A store that another program has locked.
private final class LockedStore: PlatformStore {
  let inner = MemoryStore()
  let pollHabit: PollHabit? = PollHabit()
  let isOpen = Mutex(false)
  private let attempts = Mutex(0)

  var writes: Int { attempts.withLock { $0 } }

  var audited: any PlatformStore { self }

  func write<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin?,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    attempts.withLock { $0 += 1 }
    guard isOpen.withLock({ $0 }) else { throw ServiceFault.locked }
    return try await inner.write(in: workspace, from: origin, body)
  }

  func tryOnSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result { try await inner.tryOnSnapshot(in: workspace, body) }

  func read<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
  ) async throws -> Result { try await inner.read(in: workspace, body) }

  var contacts: RecentContacts { inner.contacts }
  var delay: Double { 0 }
  func ping() async throws {}
  func checkWriting() async throws { throw ServiceFault.locked }
  func isListed(bundle: Digest) async throws -> Bool { false }
  func isUsed(object: Digest) async throws -> Bool { false }
  func sizes() async throws -> [StoreFile: UInt64] { [:] }
  func workspace(deviceKey: String) async throws -> Workspace? { nil }
  func workspace(_ id: ID<Workspace>) async throws -> Workspace? { try await inner.workspace(id) }
  func workspaces() async throws -> [Workspace] { try await inner.workspaces() }
  func access(_ digest: Digest) async throws -> (workspace: ID<Workspace>, token: AccessToken)? { nil }
  func account(_ email: String) async throws -> (workspace: ID<Workspace>, account: Account)? { nil }
  func enrolmentToken(_ handle: String) async throws -> (workspace: ID<Workspace>, token: EnrolmentToken)? { nil }
  func user(_ email: String) async throws -> (workspace: ID<Workspace>, user: User)? { nil }
  func user(invitedBy code: Digest) async throws -> (workspace: ID<Workspace>, user: User)? { nil }
  func session(_ digest: Digest) async throws -> SignedIn? { nil }
  func hasUsers() async throws -> Bool { true }
  func add(_ workspace: Workspace) async throws -> Workspace { throw ServiceFault.locked }
}
