import AsvinPlatform
import Logging
import ServiceLifecycle

/// Removes ended rollouts, and the records of their devices, after the times of their workspace. Each write is short, and a
/// pass has a limited number of them.
struct HistoryCleaning: Service {
  let store: any PlatformStore
  let clock: @Sendable () -> Instant
  let logger: Logger

  func run() async throws {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        try await clean()
      } catch {
        logger.error("old rollouts were not removed", metadata: ["error": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(600)) }  // woken by the shutdown
    }
  }

  /// Runs one pass.
  func clean() async throws {
    var writes = Cleaning.writes
    for workspace in try await store.workspaces() {
      do {
        try await clean(workspace.id, &writes)
      } catch {
        // A damaged workspace must not prevent the cleaning of the others.
        logger.error(
          "old rollouts were not removed",
          metadata: ["workspace": "\(workspace.id.value)", "error": "\(error)"])
      }
    }
  }

  private func clean(_ workspace: ID<Workspace>, _ writes: inout Int) async throws {
    let now = clock()
    let retention = try await store.attempt(in: workspace) { rows in
      try rows.noteEnds(at: now)
      return try rows.retention()
    }
    let (recordLimit, rolloutLimit) = (retention.recordLimit(at: now), retention.rolloutLimit(at: now))
    for rollout in try await store.read(in: workspace, { try $0.rolloutsWithOldRecords(before: recordLimit) }) {
      await attempt(rollout, in: workspace) {
        var isDone = false
        while !isDone, writes > 0 {
          writes -= 1
          isDone = try await store.write(in: workspace) { rows in
            try rows.removeRecords(of: rollout, limit: Cleaning.records) == 0
          }
        }
      }
    }
    for rollout in try await store.read(in: workspace, { try $0.oldRollouts(before: rolloutLimit) }) where writes > 0 {
      await attempt(rollout, in: workspace) {
        writes -= 1
        _ = try await store.write(in: workspace) { try $0.deletePart(rollout, by: "platform", at: now) }
      }
    }
  }

  /// A damaged rollout must not prevent the cleaning of the others.
  private func attempt(_ rollout: ID<Rollout>, in workspace: ID<Workspace>, _ body: () async throws -> Void) async {
    do {
      try await body()
    } catch {
      logger.error(
        "an old rollout was not removed",
        metadata: ["workspace": "\(workspace.value)", "rollout": "\(rollout.value)", "error": "\(error)"])
    }
  }
}
