import AsvinPlatform
import Logging
import ServiceLifecycle
import Synchronization

/// Removes ended rollouts, and the records of their devices, after the times of their workspace. Each write is short, and a
/// pass has a limited number of them.
struct HistoryCleaning: Service {
  let store: any PlatformStore
  let clock: @Sendable () -> Instant
  let logger: Logger
  /// The rollouts that could not be removed since the start. They are not tried again, because they would keep others from
  /// being found.
  private let damaged = DamagedRollouts()

  init(store: any PlatformStore, clock: @escaping @Sendable () -> Instant, logger: Logger) {
    (self.store, self.clock, self.logger) = (store, clock, logger)
  }

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
    do {
      try await store.attempt(in: workspace) { try $0.removeEndedEnrolmentTokens(at: now) }
    } catch {
      logger.error(
        "enrolment tokens were not removed", metadata: ["workspace": "\(workspace.value)", "error": "\(error)"])
    }
    let (recordLimit, rolloutLimit) = (retention.recordLimit(at: now), retention.rolloutLimit(at: now))
    let damaged = damaged.all
    let unpruned = try await store.read(in: workspace) {
      try $0.rolloutsWithOldRecords(before: recordLimit, except: damaged)
    }
    for rollout in unpruned {
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
    let old = try await store.read(in: workspace) { try $0.oldRollouts(before: rolloutLimit, except: damaged) }
    for rollout in old where writes > 0 {
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
      if error is any DamagedData { damaged.note(rollout) }
      logger.error(
        "an old rollout was not removed",
        metadata: ["workspace": "\(workspace.value)", "rollout": "\(rollout.value)", "error": "\(error)"])
    }
  }
}

/// The ids of rollouts that cannot be read.
private final class DamagedRollouts: Sendable {
  /// A database with more of them needs a repair and not a cleaning.
  private static let most = 1000
  private let ids = Mutex<Set<ID<Rollout>>>([])

  var all: Set<ID<Rollout>> { ids.withLock { $0 } }

  func note(_ id: ID<Rollout>) {
    ids.withLock { ids in
      if ids.count < Self.most { ids.insert(id) }
    }
  }
}
