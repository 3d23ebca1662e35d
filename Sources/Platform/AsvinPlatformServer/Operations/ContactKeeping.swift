import AsvinPlatform
import AsvinPlatformAPI
import Logging
import ServiceLifecycle
import Synchronization

/// Writes the last contacts of devices every few hours, before a list that asks for them, and when the platform ends.
final class ContactKeeping: Service {
  private let store: any PlatformStore
  private let logger: Logger
  private let started = ContinuousClock.now
  private let written = Mutex<ContinuousClock.Instant?>(nil)

  init(store: any PlatformStore, logger: Logger) { (self.store, self.logger) = (store, logger) }

  func run() async throws {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      await write { [started] now, last in now - (last ?? started) >= .seconds(PlatformLimit.contactSeconds) }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }  // woken by the shutdown
    }
    await write { _, _ in true }
  }

  /// Writes the contacts for a list, so that it is ordered and filtered by them.
  func writeForList() async {
    await write { now, last in last.map { now - $0 >= .seconds(PlatformLimit.contactListSeconds) } ?? true }
  }

  private func write(
    if isDue: (_ now: ContinuousClock.Instant, _ last: ContinuousClock.Instant?) -> Bool
  ) async {
    let now = ContinuousClock.now
    guard isDue(now, written.withLock { $0 }) else { return }
    do {
      try await store.saveContacts()
      written.withLock { $0 = now }
    } catch {
      // The contacts stay in memory, and the next attempt writes them.
      logger.error("the last contacts of devices were not written", metadata: ["error": "\(error)"])
    }
  }
}
