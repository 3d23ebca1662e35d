import AsvinHost
import Synchronization

/// Sends signs of life to the service manager while the agent's work is in time. A step states how long it may take. After
/// that time the signs end, and the service manager starts the agent again.
final class AgentWatchdog: Sendable {
  private let manager: ServiceManager?
  private let deadline = Mutex(ContinuousClock.now)

  /// - Parameter manager: the service manager; the one of the environment by default.
  init(_ manager: ServiceManager? = ServiceManager(ThisProcess.variables)) { self.manager = manager }

  /// Sets the time that the next step may take.
  func expect(within seconds: Double) { deadline.withLock { $0 = .now + .seconds(seconds) } }

  /// Reports that the agent runs, and sends signs of life until the task is cancelled.
  func run() async {
    guard let manager else { return }
    manager.isReady()
    guard let period = manager.watchdogSeconds else { return }
    while !Task.isCancelled {
      if .now < deadline.withLock({ $0 }) { manager.isAlive() }
      do { try await Task.sleep(for: .seconds(period / 3)) } catch { return }
    }
  }
}
