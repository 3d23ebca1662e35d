import AsvinPlatform
import AsvinPlatformAPI
import Logging
import ServiceLifecycle

/// Reports the devices that have not completed a rollout a week after its start. Each rollout is reported once. The number
/// comes from the rollout's counts, so that no device is read.
struct LateRollouts: Service {
  let store: any PlatformStore
  let clock: @Sendable () -> Instant
  let logger: Logger

  func run() async throws {
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        for workspace in try await store.workspaces() { try await report(workspace.id) }
      } catch {
        logger.error("late rollouts were not reported", metadata: ["error": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }  // woken by the shutdown
    }
  }

  /// Reports the late rollouts of a workspace.
  func report(_ workspace: ID<Workspace>) async throws {
    let now = clock()
    let limit = Instant(now.seconds - PlatformLimit.behindSeconds)
    let late = try await store.read(in: workspace) { try $0.lateRollouts(startedBefore: limit, limit: 100).map(\.id) }
    guard !late.isEmpty else { return }
    try await store.write(in: workspace) { rows in
      for id in late {
        guard let rollout = try rows.rollout(id), let started = rollout.started else { continue }
        try rows.noteLate(id)
        let tally = rollout.tally
        let done = tally.succeeded(rollout.plan.rules) + tally.failed + tally.skipped
        let remaining = try rows.members(of: rollout) - done
        guard remaining > 0 else { continue }
        try rows.record(
          .fallBehind, "\(remaining) devices in rollout \(id.value)",
          [AuditDetail("count", "\(remaining)"), AuditDetail("started", "\(started.seconds)")]
            + (try rows.details(of: rollout)), by: "platform", at: now)
      }
    }
  }
}
