import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Synchronization

/// Limits the requests a minute of a name. Replies report the limit in the header fields of asvin's platform.
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
    /// Counts by the hash of a name, because a name may be as long as a body. The hash has a random seed.
    var counts: [Int: Int] = [:]
  }

  private static let seconds: Int64 = 60
  private let limit: Int
  private let window = Mutex(Window(start: Instant(0)))

  init(perMinute limit: Int) { self.limit = limit }

  /// Returns the allowance of one more request without counting it.
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
      // After the clock was set back, a window would otherwise last until the old time is reached again.
      if now.seconds >= window.start.seconds + Self.seconds || now < window.start
        || window.counts.count >= PlatformLimit.countedNames
      {
        window = Window(start: Instant(now.seconds - now.seconds % Self.seconds))
      }
      let count = (window.counts[name.hashValue] ?? 0) + 1
      window.counts[name.hashValue] = count
      return Allowance(limit: limit, left: limit - count, reset: Instant(window.start.seconds + Self.seconds))
    }
  }
}
