import AsvinPlatform
import HTTPTypes
import Synchronization

/// How often somebody may ask in a minute, told as asvin tells it.
final class RateLimiter: Sendable {
  struct Allowance {
    let limit: Int
    let left: Int
    let reset: Instant
    var isWithin: Bool { left >= 0 }

    var fields: HTTPFields {
      var fields = HTTPFields()
      for (name, value) in [("Limit", "\(limit)"), ("Remaining", "\(max(left, 0))"), ("Reset", "\(reset.seconds)")] {
        if let name = HTTPField.Name("X-RateLimit-\(name)") { fields[name] = value }
      }
      return fields
    }
  }

  private struct Window {
    var start: Instant
    /// By the hash of a name, whose seed nobody knows: a name may be as long as a body.
    var counts: [Int: Int] = [:]
  }

  private static let seconds: Int64 = 60
  /// More than can be answered in a minute: some 64 MB.
  private static let names = 2_000_000
  private let limit: Int
  private let window = Mutex(Window(start: Instant(0)))

  init(perMinute limit: Int) { self.limit = limit }

  /// What one more request would be allowed, without counting it.
  func look(_ name: String, at now: Instant, limit: Int) -> Allowance {
    window.withLock { window in
      let isCurrent = now >= window.start && now.seconds < window.start.seconds + Self.seconds
      let count = (isCurrent ? window.counts[name.hashValue] ?? 0 : 0) + 1
      return Allowance(limit: limit, left: limit - count, reset: Instant(window.start.seconds + Self.seconds))
    }
  }

  /// Counts a request.
  func take(_ name: String, at now: Instant, limit: Int? = nil) -> Allowance {
    let limit = limit ?? self.limit
    return window.withLock { window in
      // Also where the clock was set back: the window would last until the old time comes again.
      if now.seconds >= window.start.seconds + Self.seconds || now < window.start || window.counts.count >= Self.names {
        window = Window(start: Instant(now.seconds - now.seconds % Self.seconds))
      }
      let count = (window.counts[name.hashValue] ?? 0) + 1
      window.counts[name.hashValue] = count
      return Allowance(limit: limit, left: limit - count, reset: Instant(window.start.seconds + Self.seconds))
    }
  }
}
