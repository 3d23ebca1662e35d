import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinHost
import Logging
import ServiceLifecycle

/// Starts the rollouts that are due.
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
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }  // woken by the shutdown
      if Task.isShuttingDownGracefully { return }
    }
  }

  func startDue() async throws {
    let now = clock()
    for workspace in try await store.workspaces() {
      do {
        for rollout in try await store.read(in: workspace.id, { try $0.dueRollouts(at: now) }) {
          try await start(rollout, in: workspace.id, at: now)
        }
      } catch {
        // A damaged workspace must not prevent the rollouts of the others.
        report(error, in: workspace.id)
      }
    }
  }

  private func start(_ id: ID<Rollout>, in workspace: ID<Workspace>, at now: Instant) async throws {
    do {
      try await store.write(in: workspace) { rows in
        let started = try rows.startDue(id, at: now) { firmware in
          do {
            try rows.checkTrust(of: firmware.id)
            return nil
          } catch let failure as Failure {
            return failure.message
          }
        }
        guard let started else { return }
        try rows.record(
          .startRollout, "rollout \(id.value)", try rows.details(of: started), by: "platform", at: now)
      }
    } catch {
      report(error, in: workspace, id)
    }
  }

  private func report(_ error: any Error, in workspace: ID<Workspace>, _ rollout: ID<Rollout>? = nil) {
    logger.error(
      "a rollout that is due was not started",
      metadata: [
        "workspace": "\(workspace.value)", "rollout": "\(rollout.map { "\($0.value)" } ?? "")", "error": "\(error)",
      ])
  }
}
