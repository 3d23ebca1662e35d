import AsvinPlatform
import Dispatch
import Logging
import ServiceLifecycle
import Synchronization

/// Checks the platform's health, and ends the process when the store has not answered for half a minute, so that its
/// supervisor restarts it.
struct Watchdog: Service {
  let health: Health
  let store: any PlatformStore
  let pace: DevicePacer
  let logger: Logger
  /// Seconds without an answer after which the process ends.
  var patience = 30
  /// Ends the process.
  let end: @Sendable () -> Void
  /// Called every second while the store answers.
  var onProgress: @Sendable () -> Void = {}

  func run() async throws {
    // A separate thread counts seconds and does not compare times, because a process that was stopped for an hour has not
    // failed.
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
        let start = ContinuousClock.now
        try await store.ping()
        pace.note(readSeconds: (ContinuousClock.now - start) / .seconds(1))
        silence.end()
        onProgress()
      } catch {
        logger.error("the store does not answer", metadata: ["error": "\(error)"])
      }
      if round % 5 == 0 { await health.check() }
      round += 1
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }  // woken by the shutdown
    }
  }
}

/// Seconds since the store last answered.
private final class Silence: Sendable {
  private let seconds = Atomic(0)

  func grow() -> Int { seconds.add(1, ordering: .relaxed).newValue }
  func end() { seconds.store(0, ordering: .relaxed) }
}
