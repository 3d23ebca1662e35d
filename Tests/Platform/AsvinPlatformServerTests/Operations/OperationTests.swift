import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformStore
import AsvinManifest
import FoundationEssentials
import Logging
import Synchronization
import Testing

@testable import AsvinPlatformServer

@Suite("Operation of the server")
struct FrameTests {
  @Test func `After the clock was set back, a rate limit does not last until the old time`() {
    let limiter = RateLimiter(perMinute: 2)
    let now = Instant(1_800_000_030)
    for _ in 0..<2 { #expect(limiter.take("a", at: now).isWithin) }
    #expect(!limiter.take("a", at: now).isWithin)
    #expect(limiter.take("a", at: Instant(now.seconds - 3600)).isWithin)
    #expect(limiter.look("b", at: now, limit: 1).isWithin)
    #expect(limiter.look("b", at: now, limit: 1).isWithin)
  }

  @Test func `Setting the clock back does not extend the lifetime of a nonce`() {
    let challenges = Challenges()
    let now = Instant(1_800_000_000)
    let (nonce, _) = challenges.new(at: now)
    #expect(!challenges.use(nonce, at: Instant(now.seconds - 3600)))
    let (second, _) = challenges.new(at: now)
    #expect(challenges.use(second, at: Instant(now.seconds + 1)))
  }

  @Test func `The process ends when the store does not answer for half a minute, and not before`() async throws {
    let store = MemoryStore()
    let folder = FileManager.default.temporaryDirectory.path() + "asvin-test-\(UInt64.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }  // a folder that remains does not matter
    let objects = try FolderObjects(folder: folder)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let table = ConnectionTable(ConnectionLimits(descriptors: 1024), logger: logger)
    let health = Health(store: store, objects: objects, connections: table)
    let ends = Atomic(0)
    let silent = SilentStore()
    let watchdog = Watchdog(
      health: health, store: silent, pace: DevicePacer(Pacing(), store: silent), logger: logger, patience: 2
    ) {
      ends.add(1, ordering: .relaxed)
    }
    let task = Task { try await watchdog.run() }
    try await Task.sleep(for: .seconds(1))
    #expect(ends.load(ordering: .relaxed) == 0)
    for _ in 0..<100 where ends.load(ordering: .relaxed) == 0 { try await Task.sleep(for: .milliseconds(100)) }
    #expect(ends.load(ordering: .relaxed) == 1)
    task.cancel()
    silent.answer()
    try await task.value
  }

  @Test func `Connection limits depend on the number of file descriptors`() {
    #expect(ConnectionLimits(descriptors: 256).total == 96)
    #expect(ConnectionLimits(descriptors: 256).perAddress == 64)
    #expect(ConnectionLimits(descriptors: 65_536).total == 8192)
    #expect(ConnectionLimits(descriptors: 65_536).perAddress == 2048)
    #expect(ConnectionLimits(descriptors: 0).total == 8)
  }

  @Test func `The reserve is a tenth of the disk and at most 64 MiB`() {
    let small = StorageRoom(free: 10_000_000, total: 24_000_000, isReadOnly: false)
    #expect(small.reserve == 2_400_000)
    #expect(small.holds(7_600_000) && !small.holds(7_600_001))
    #expect(StorageRoom(free: 0, total: 1 << 40, isReadOnly: false).reserve == 1 << 26)
    #expect(!StorageRoom(free: 1 << 40, total: 1 << 40, isReadOnly: true).holds(0))
    #expect(!StorageRoom(free: 2_399_999, total: 24_000_000, isReadOnly: false).holds(0))
  }
}

/// A store that does not answer.
private final class SilentStore: PlatformStore {
  private let inner = MemoryStore()
  private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

  func answer() { for waiter in waiting.withLock({ $0 }) { waiter.resume() } }

  var contacts: RecentContacts { inner.contacts }
  var delay: Double { 0 }
  func ping() async throws {
    await withCheckedContinuation { continuation in waiting.withLock { $0.append(continuation) } }
  }
  func checkWriting() async throws {}
  func isListed(bundle: Digest) async throws -> Bool { false }
  func isUsed(object: Digest) async throws -> Bool { false }
  func sizes() async throws -> [StoreFile: UInt64] { [:] }
  func workspace(deviceKey: String) async throws -> Workspace? { nil }
  func workspace(_ id: ID<Workspace>) async throws -> Workspace? { nil }
  func workspaces() async throws -> [Workspace] { [] }
  func access(_ digest: Digest) async throws -> (workspace: ID<Workspace>, token: AccessToken)? { nil }
  func account(_ email: String) async throws -> (workspace: ID<Workspace>, account: Account)? { nil }
  func enrolmentToken(_ handle: String) async throws -> (workspace: ID<Workspace>, token: EnrolmentToken)? { nil }
  func user(_ email: String) async throws -> (workspace: ID<Workspace>, user: User)? { nil }
  func user(invitedBy code: Digest) async throws -> (workspace: ID<Workspace>, user: User)? { nil }
  func session(_ digest: Digest) async throws -> SignedIn? { nil }
  func hasUsers() async throws -> Bool { true }
  func add(_ workspace: Workspace) async throws -> Workspace { workspace }
  func read<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any ReadTransaction) throws -> Result
  ) async throws -> Result { try await inner.read(in: workspace, body) }
  func tryOnSnapshot<Result: Sendable>(
    in workspace: ID<Workspace>, _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result { try await inner.tryOnSnapshot(in: workspace, body) }
  func write<Result: Sendable>(
    in workspace: ID<Workspace>, from origin: AuditOrigin?,
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result { try await inner.write(in: workspace, from: origin, body) }
  var audited: any PlatformStore { self }
}
