import AsvinPlatform
import Dispatch
import Logging
import ServiceLifecycle
import Synchronization

/// Looks at the platform's health, and ends the process when the store has not answered for half a minute: whoever
/// supervises the process starts it again, which no client can do.
struct Watchdog: Service {
  let health: Health
  let store: any PlatformStore
  let logger: Logger
  /// Seconds without an answer after which the process ends.
  var patience = 30
  /// What ends the process.
  let end: @Sendable () -> Void

  func run() async throws {
    // Counted by a thread of its own, second by second: a process that was stopped for an hour has not failed.
    let silence = Silence()
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "watchdog"))
    let (logger, end, patience) = (logger, end, patience)
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler {
      guard silence.grow() == patience else { return }
      logger.critical("the store has not answered for \(patience) seconds: the process ends")
      end()
    }
    timer.resume()
    defer { timer.cancel() }
    var round = 0
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        try await store.ping()
        silence.end()
      } catch {
        logger.error("the store does not answer", metadata: ["error": "\(error)"])
      }
      if round % 5 == 0 { await health.look() }
      round += 1
      // The end of the service wakes it: there is nothing more to do then.
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }  // see above
    }
  }
}

/// Seconds since the store last answered.
private final class Silence: Sendable {
  private let seconds = Atomic(0)

  func grow() -> Int { seconds.add(1, ordering: .relaxed).newValue }
  func end() { seconds.store(0, ordering: .relaxed) }
}
