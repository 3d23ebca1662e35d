import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinHost
import Logging
import ServiceLifecycle

/// Starts the rollouts that are due, and lets time pass for those that have started.
struct Scheduler: Service {
  /// Seconds between two steps of the running time of rollouts, and of their age. A step is a commit while a rollout waits.
  private static let runningStep: Int64 = 15
  private static let ageStep: Int64 = 600

  let store: any PlatformStore
  let clock: @Sendable () -> Instant
  let logger: Logger
  let pace: DevicePacer
  var pulse = SchedulerPulse()

  func run() async throws {
    var settled = SettledClock()
    let start = SuspendingClock.now
    var (last, running, age): (Int64, Int64, Int64) = (0, 0, 0)
    while !Task.isCancelled {
      // The steady clock does not count the time in which the machine was suspended.
      let steady = (SuspendingClock.now - start).components.seconds
      let step = min(steady - last, PlatformLimit.stepSeconds)
      // Time in which steps failed is not counted later, because no device was served then.
      (last, running) = (steady, min(running + step, PlatformLimit.stepSeconds))
      age += step
      do {
        try await startDue(at: settled.time(wall: clock(), steady: steady))
        if running >= Self.runningStep {
          let isOld = age >= Self.ageStep
          try await passTime(running: running, age: isOld ? age : 0)
          (running, age) = (0, isOld ? 0 : age)
        }
        pulse.beat()
      } catch {
        logger.error("the scheduler could not do a step", metadata: ["error": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }  // woken by the shutdown
      if Task.isShuttingDownGracefully { return }
    }
  }

  /// Lets time pass for all rollouts.
  func passTime(running: Int64, age: Int64) async throws {
    let now = clock()
    for workspace in try await store.workspaces() {
      do {
        // A step without a rollout that waits writes nothing.
        try await store.attempt(in: workspace.id) { try $0.passTime(running: running, age: age, at: now) }
      } catch {
        report(error, "time did not pass for the rollouts of a workspace; each is tried alone", in: workspace.id)
        await passTimeOfEach(in: workspace.id, running: running, age: age, at: now)
      }
    }
  }

  private func passTimeOfEach(in workspace: ID<Workspace>, running: Int64, age: Int64, at now: Instant) async {
    do {
      for id in try await store.read(in: workspace, { try $0.startedRollouts() }) {
        do {
          try await store.attempt(in: workspace) { try $0.passTime(of: id, running: running, age: age, at: now) }
        } catch {
          report(error, "time did not pass for a rollout", in: workspace, id)
        }
      }
    } catch {
      report(error, "the rollouts of a workspace cannot be read", in: workspace)
    }
  }

  func startDue(at time: Instant? = nil) async throws {
    let now = time ?? clock()
    for workspace in try await store.workspaces() {
      do {
        let (due, isRollingOut) = try await store.read(in: workspace.id) { rows in
          (try rows.dueRollouts(at: now), try rows.isRollingOut())
        }
        pace.note(workspace.id, isRollingOut: isRollingOut)
        for rollout in due {
          try await start(rollout, in: workspace.id, at: now)
        }
      } catch {
        // A damaged workspace must not prevent the rollouts of the others.
        report(error, "a rollout that is due was not started", in: workspace.id)
      }
    }
  }

  private func start(_ id: ID<Rollout>, in workspace: ID<Workspace>, at now: Instant) async throws {
    do {
      try await store.write(in: workspace) { rows in
        let started = try rows.startDue(id, at: now) { firmware in
          do {
            try rows.checkTrust(of: firmware.id, at: now)
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
      report(error, "a rollout that is due was not started", in: workspace, id)
    }
  }

  private func report(
    _ error: any Error, _ message: Logger.Message, in workspace: ID<Workspace>, _ rollout: ID<Rollout>? = nil
  ) {
    logger.error(
      message,
      metadata: [
        "workspace": "\(workspace.value)", "rollout": "\(rollout.map { "\($0.value)" } ?? "")", "error": "\(error)",
      ])
  }
}
