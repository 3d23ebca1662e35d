/// The waits between polls. They are random, so that devices that were switched on together do not poll together.
struct Backoff {
  /// Seconds between polls when nothing fails.
  let interval: Double
  /// Whether an operator chose the interval. The platform can then only lengthen it.
  private let isChosen: Bool
  /// Seconds of the longest wait after failures.
  static let longest = 900.0
  /// Seconds of the longest wait that a server can request. Otherwise a proxy that requests a year would end all updates.
  static let longestWish = 86_400.0
  private var failures = 0

  /// - Parameter interval: the interval that an operator chose; `nil` lets the platform decide.
  init(interval: Double?) { (self.interval, isChosen) = (interval ?? 60, interval != nil) }

  /// Returns the wait after a poll that was answered.
  ///
  /// - Parameter wish: the seconds that the platform requests; `nil` if it requests none. The wait is not shorter.
  mutating func success(wish: Double? = nil) -> Double {
    failures = 0
    let own = interval * Double.random(in: 0.5...1.5)
    guard let wish else { return own }
    let requested = min(max(wish, 1), Self.longestWish) * Double.random(in: 1...1.5)
    return isChosen ? max(own, requested) : requested
  }

  /// Returns the wait after a poll that failed. Its upper bound doubles with each failure. The wait is a random part of the
  /// bound, and not shorter than the platform requests.
  mutating func failure(wish: Double? = nil) -> Double {
    failures += 1
    let ceiling = min(interval * Double(1 << min(failures, 16)), max(Self.longest, interval))
    let wait = Double.random(in: interval / 2...max(ceiling, interval / 2))
    guard let wish else { return wait }
    return max(wait, min(max(wish, 0), Self.longestWish) * Double.random(in: 1...1.25))
  }
}
