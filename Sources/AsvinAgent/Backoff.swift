import AsvinRelease

/// How long to wait. Devices that were all switched on at once do not all ask at once.
struct Backoff {
  /// Seconds between polls, where all is well.
  let interval: Double
  /// Seconds at most.
  static let longest = 900.0
  private var failures = 0

  init(interval: Double) { self.interval = interval }

  /// After a poll that was answered: the interval, give or take half of it.
  mutating func success() -> Double {
    failures = 0
    return interval * Double.random(in: 0.5...1.5)
  }

  /// After one that was not: twice as long each time, and any part of that.
  mutating func failure() -> Double {
    failures += 1
    let ceiling = min(interval * Double(1 << min(failures, 16)), max(Self.longest, interval))
    return Double.random(in: interval / 2...max(ceiling, interval / 2))
  }
}

extension DeviceAgent {
  /// Polls until the task is cancelled.
  ///
  /// - Parameter interval: seconds between polls.
  /// - Throws: where the task is cancelled, or the device cannot start.
  public func run(every interval: Double) async throws {
    var backoff = Backoff(interval: interval)
    _ = try await start()
    while !Task.isCancelled {
      let wait: Double
      do {
        // The device is to start anew.
        if case .pending = try await poll() { return }
        wait = backoff.success()
      } catch let failure as Failure {
        // Whatever it is, an agent that ends is a device that nobody reaches any more.
        wait = backoff.failure()
        hooks.log("\(failure.message); again in \(Int(wait)) s")
      }
      try await Task.sleep(for: .seconds(wait))
    }
  }
}
