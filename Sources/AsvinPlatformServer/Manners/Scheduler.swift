import AsvinPlatform
import Logging
import ServiceLifecycle

/// Starts rollouts when their time has come.
struct Scheduler: Service {
  let store: any PlatformStore
  let clock: @Sendable () -> Instant
  let logger: Logger

  func run() async throws {
    while !Task.isCancelled {
      do {
        try await startDue()
      } catch {
        logger.error("rollouts that are due were not started", metadata: ["error": "\(error)"])
      }
      // Woken by the end of the service: then there is nothing more to do.
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }  // see above
      if Task.isShuttingDownGracefully { return }
    }
  }

  func startDue() async throws {
    let now = clock()
    for workspace in try await store.workspaces() {
      guard try await !store.read(in: workspace.id, { try $0.dueRollouts(at: now).isEmpty }) else { continue }
      try await store.write(in: workspace.id) { rows in
        for rollout in try rows.startDue(at: now) {
          try rows.record("rollout.start", "rollout \(rollout.id.value)", by: "platform", at: now)
        }
      }
    }
  }
}
