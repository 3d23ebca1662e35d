import AsvinPlatform
import AsvinPlatformAPI
import Logging
import ServiceLifecycle
import Synchronization

/// Writes the last contacts of devices every few hours, before a list that asks for them, and when the platform ends.
final class ContactKeeping: Service {
  private struct Times {
    /// When the last write began.
    var begun: ContinuousClock.Instant?
    /// When the last one that succeeded began.
    var written = ContinuousClock.now
  }

  private let store: any PlatformStore
  private let logger: Logger
  private let times = Mutex(Times())

  init(store: any PlatformStore, logger: Logger) { (self.store, self.logger) = (store, logger) }

  func run() async throws {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      await write { now, times in now - times.written >= .seconds(PlatformLimit.contactSeconds) }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }  // woken by the shutdown
    }
    await write { _, _ in true }
  }

  /// Writes the contacts for a list, so that it is ordered and filtered by them. Lists at the same time cause one write.
  func writeForList() async {
    await write { now, times in times.begun.map { now - $0 >= .seconds(PlatformLimit.contactListSeconds) } ?? true }
  }

  private func write(if isDue: (_ now: ContinuousClock.Instant, _ times: Times) -> Bool) async {
    let now = ContinuousClock.now
    let isTaken = times.withLock { times in
      guard isDue(now, times) else { return false }
      times.begun = now
      return true
    }
    guard isTaken else { return }
    do {
      try await store.saveContacts()
      times.withLock { $0.written = now }
    } catch {
      // The contacts stay in memory, and the next attempt writes them.
      logger.error("the last contacts of devices were not written", metadata: ["error": "\(error)"])
    }
  }
}
