import AsvinPlatform
import AsvinManifest
import Synchronization

/// Nonces that were given out and not used. One is good once: who listens to a login cannot repeat it.
final class Challenges: Sendable {
  static let lifetime: Int64 = 120
  /// A flood of requests makes the oldest ones void before it takes the memory.
  private static let most = 100_000

  private struct State {
    var expiry: [[UInt8]: Instant] = [:]
    var order: [[UInt8]] = []
    var first = 0
  }

  private let state = Mutex(State())

  func new(at now: Instant) -> (nonce: [UInt8], expires: Instant) {
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let expires = Instant(now.seconds + Self.lifetime)
    state.withLock { state in
      state.expiry[nonce] = expires
      state.order.append(nonce)
      while state.first < state.order.count {
        let oldest = state.order[state.first]
        guard state.order.count - state.first > Self.most || state.expiry[oldest].map({ $0 <= now }) ?? true else {
          break
        }
        state.expiry[oldest] = nil
        state.first += 1
      }
      if state.first > Self.most {
        state.order.removeFirst(state.first)
        state.first = 0
      }
    }
    return (nonce, expires)
  }

  /// Whether a nonce is good; it is not again.
  func use(_ nonce: [UInt8], at now: Instant) -> Bool {
    // A clock that was set back does not make a nonce live longer.
    state.withLock { state in
      state.expiry.removeValue(forKey: nonce).map { now < $0 && $0.seconds - now.seconds <= Self.lifetime } ?? false
    }
  }
}
