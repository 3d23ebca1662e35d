/// How long to wait. Devices that were all switched on at once do not all ask at once.
struct Backoff {
  /// Seconds between polls when nothing fails.
  let interval: Double
  /// Seconds at most between tries after failures.
  static let longest = 900.0
  /// Seconds at most that a server can ask for: a proxy that asks for a year would end all updates.
  static let longestWish = 86_400.0
  private var failures = 0

  init(interval: Double) { self.interval = interval }

  /// The wait after a poll that was answered.
  ///
  /// - Parameter wish: seconds that the platform asks for, where the operator has not set an interval.
  mutating func success(wish: Double? = nil) -> Double {
    failures = 0
    if let wish { return min(max(wish, 1), Self.longestWish) * Double.random(in: 1...1.5) }
    return interval * Double.random(in: 0.5...1.5)
  }

  /// The wait after a poll that failed: up to twice as long each time, at a random point of that, and not less than the
  /// platform asks for.
  mutating func failure(wish: Double? = nil) -> Double {
    failures += 1
    let ceiling = min(interval * Double(1 << min(failures, 16)), max(Self.longest, interval))
    let wait = Double.random(in: interval / 2...max(ceiling, interval / 2))
    guard let wish else { return wait }
    return max(wait, min(max(wish, 0), Self.longestWish) * Double.random(in: 1...1.25))
  }
}
