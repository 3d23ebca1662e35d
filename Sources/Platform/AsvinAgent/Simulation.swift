import AsvinHost
package import AsvinPlatformClient
import Synchronization

/// Many devices in one process, each with a folder, a key and a login of its own.
package struct Simulation: Sendable {
  /// How many.
  package var count: Int
  /// What each is like; its name is followed by a number.
  package var like: Enrolment
  /// The folder of their folders.
  package var folder: String
  /// Seconds between polls.
  package var interval: Double
  /// Seconds in all.
  package var seconds: Double
  /// The version at which a device is done; `nil` where none is.
  package var until: String?
  /// Of a hundred devices, how many go back from what they try.
  package var failing: Int

  /// What came of it.
  package struct Report: Codable, Sendable {
    /// Devices.
    package var devices = 0
    /// Polls that were answered, and that were not.
    package var polls = 0
    /// Polls that were not answered.
    package var errors = 0
    /// Updates that were confirmed.
    package var updated = 0
    /// Updates that were gone back from.
    package var reverted = 0
    /// Releases that were rejected.
    package var failed = 0
    /// Devices that run the version that they were to reach.
    package var reached = 0
    /// Seconds that it took.
    package var seconds = 0.0
    /// Milliseconds that half, 95 and 99 of a hundred polls took at most, with what they led to.
    package var milliseconds: [String: Double] = [:]
  }

  /// A simulation of its parts.
  package init(
    count: Int, like: Enrolment, folder: String, interval: Double, seconds: Double, until: String?, failing: Int
  ) {
    (self.count, self.like, self.folder) = (count, like, folder)
    (self.interval, self.seconds, self.until, self.failing) = (interval, seconds, until, failing)
  }

  /// Enrols those that are not enrolled.
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
          // A folder that holds a device needs no other.
          if (try? folder.identity()) == nil { _ = try await one.run(in: folder, on: platform) }  // see above
        }
      }
      try await group.waitForAll()
    }
  }

  /// Runs the devices for so long, or until all are done.
  ///
  /// - Throws: ``Failure`` where one cannot go on.
  package func run(on platform: PlatformConnection, log: @escaping @Sendable (String) -> Void) async throws -> Report {
    let tally = Tally()
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
    _ number: Int, on platform: PlatformConnection, until end: ContinuousClock.Instant, _ tally: Tally,
    _ log: @escaping @Sendable (String) -> Void
  ) async throws {
    let works = number * failing / 100 == (number - 1) * failing / 100
    let name = "\(like.name)-\(number)"
    let hooks = DeviceHooks(
      check: { _ in works ? .succeeded : .failed("the simulation lets it fail") }, log: { log("\(name): \($0)") })
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
        // The device starts anew: another value, as it would be another process.
        if await device.mustEnd {
          agent = nil
          continue
        }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        tally.addError()
        let failure = Trouble.failure(error)
        log("\(name): \(failure.message)")
        wait = backoff.failure(wish: failure.retryAfter)
      }
      try await Task.sleep(until: min(end, .now + .seconds(wait)))
    }
    if let until, let agent, try await agent.running().version == until { tally.reach() }
  }
}

/// What all devices of a simulation have done.
private final class Tally: Sendable {
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
      case .nothing, .pending, .waiting, .withdrawn: break
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
