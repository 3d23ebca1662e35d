import AsvinHost
package import AsvinPlatformClient
import Synchronization

/// A simulation of many devices in one process. Each has a folder, a key and a login.
package struct Simulation: Sendable {
  /// The number of devices.
  package var count: Int
  /// The enrolment of each device. A number is appended to its name.
  package var like: DeviceEnrolment
  /// The parent of the devices' folders.
  package var folder: String
  /// Seconds between polls.
  package var interval: Double
  /// The duration in seconds.
  package var seconds: Double
  /// The version at which a device stops; `nil` if no device stops.
  package var until: String?
  /// The percentage of devices that revert each release.
  package var failing: Int

  /// The result of a simulation.
  package struct Report: Codable, Sendable {
    package var devices = 0
    /// Polls that were answered.
    package var polls = 0
    /// Polls that were not answered.
    package var errors = 0
    /// Updates that were confirmed.
    package var updated = 0
    /// Updates that were reverted.
    package var reverted = 0
    /// Releases that were rejected.
    package var failed = 0
    /// Devices that reached the version ``until``.
    package var reached = 0
    /// The duration in seconds.
    package var seconds = 0.0
    /// The 50th, 95th and 99th percentile of the duration of a poll in milliseconds, with the installations.
    package var milliseconds: [String: Double] = [:]
  }

  package init(
    count: Int, like: DeviceEnrolment, folder: String, interval: Double, seconds: Double, until: String?, failing: Int
  ) {
    (self.count, self.like, self.folder) = (count, like, folder)
    (self.interval, self.seconds, self.until, self.failing) = (interval, seconds, until, failing)
  }

  /// Enrols the devices that are not enrolled yet.
  ///
  /// - Throws: ``Failure``.
  package func enrol(on platform: PlatformConnection) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...max(count, 1) {
        if number > 64 { try await group.next() }
        group.addTask {
          let folder = folder(number)
          var one = like
          one.name = "\(like.name)-\(number)"
          let isEnrolled = (try? folder.identity()) != nil  // a folder without a readable identity is enrolled
          if !isEnrolled { _ = try await one.run(in: folder, on: platform) }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Runs the devices until the time has passed, or all have reached the version.
  ///
  /// - Throws: ``Failure`` if a device cannot continue.
  package func run(on platform: PlatformConnection, log: @escaping @Sendable (String) -> Void) async throws -> Report {
    let tally = SimulationTally()
    let start = ContinuousClock.now
    let end = start + .seconds(seconds)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...max(count, 1) {
        group.addTask { try await live(number, on: platform, until: end, tally, log) }
      }
      try await group.waitForAll()
    }
    var report = tally.report
    report.devices = count
    let spent = (ContinuousClock.now - start).components
    report.seconds = Double(spent.seconds) + Double(spent.attoseconds) / 1e18
    return report
  }

  private func folder(_ number: Int) -> DeviceFolder { DeviceFolder("\(folder)/\(like.name)-\(number)") }

  private func live(
    _ number: Int, on platform: PlatformConnection, until end: ContinuousClock.Instant, _ tally: SimulationTally,
    _ log: @escaping @Sendable (String) -> Void
  ) async throws {
    let works = number * failing / 100 == (number - 1) * failing / 100
    let name = "\(like.name)-\(number)"
    let hooks = DeviceHooks(
      check: { _ in works ? .succeeded : .failed("the simulation makes it fail") }, log: { log("\(name): \($0)") })
    var agent: DeviceAgent?
    var backoff = Backoff(interval: interval)
    try await Task.sleep(for: .seconds(Double.random(in: 0...interval)))
    while ContinuousClock.now < end {
      let wait: Double
      let start = ContinuousClock.now
      do {
        let device = try agent ?? DeviceAgent(folder(number), on: platform, hooks: hooks)
        agent = device
        if let until, try await device.running().version == until {
          tally.reach()
          return
        }
        tally.add(try await device.poll(), since: start)
        wait = backoff.success()
        // A restarted device is a new value, as it would be a new process.
        if await device.mustEnd {
          agent = nil
          continue
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        tally.addError()
        let failure = AgentFailure.failure(error)
        log("\(name): \(failure.message)")
        wait = backoff.failure(wish: failure.retryAfter)
      }
      try await Task.sleep(until: min(end, .now + .seconds(wait)))
    }
    if let until, let agent, try await agent.running().version == until { tally.reach() }
  }
}

/// The counts of all devices of a simulation.
private final class SimulationTally: Sendable {
  private struct State {
    var report = Simulation.Report()
    var times: [Double] = []
  }

  private let state = Mutex(State())

  func add(_ outcome: DeviceAgent.Outcome, since start: ContinuousClock.Instant) {
    let spent = (ContinuousClock.now - start).components
    state.withLock { state in
      state.times.append(Double(spent.seconds) * 1e3 + Double(spent.attoseconds) / 1e15)
      state.report.polls += 1
      switch outcome {
      case .nothing, .pending, .waiting, .withdrawn, .postponed: break
      case .updated: state.report.updated += 1
      case .reverted: state.report.reverted += 1
      case .failed: state.report.failed += 1
      }
    }
  }

  func addError() { state.withLock { $0.report.errors += 1 } }
  func reach() { state.withLock { $0.report.reached += 1 } }

  var report: Simulation.Report {
    state.withLock { state in
      var report = state.report
      let times = state.times.sorted()
      for (name, part) in [("p50", 50), ("p95", 95), ("p99", 99)] where !times.isEmpty {
        report.milliseconds[name] = times[min(times.count - 1, times.count * part / 100)]
      }
      return report
    }
  }
}
