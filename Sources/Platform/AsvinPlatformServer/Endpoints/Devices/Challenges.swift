import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import Synchronization

/// The issued nonces that were not used. A nonce is valid once, so that a login cannot be replayed.
final class Challenges: Sendable {
  private struct State {
    var expiry: [[UInt8]: Instant] = [:]
    var order: [[UInt8]] = []
    var first = 0
  }

  private let state = Mutex(State())

  func new(at now: Instant) -> (nonce: [UInt8], expires: Instant) {
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let expires = Instant(now.seconds + PlatformLimit.challengeSeconds)
    state.withLock { state in
      state.expiry[nonce] = expires
      state.order.append(nonce)
      // In a flood of requests, the oldest nonces become invalid, so that memory is bounded.
      while state.first < state.order.count {
        let oldest = state.order[state.first]
        guard
          state.order.count - state.first > PlatformLimit.challenges || state.expiry[oldest].map({ $0 <= now }) ?? true
        else {
          break
        }
        state.expiry[oldest] = nil
        state.first += 1
      }
      if state.first > PlatformLimit.challenges {
        state.order.removeFirst(state.first)
        state.first = 0
      }
    }
    return (nonce, expires)
  }

  /// Whether a nonce is valid. It is invalid afterwards.
  func use(_ nonce: [UInt8], at now: Instant) -> Bool {
    // Setting the clock back does not extend the lifetime of a nonce.
    state.withLock { state in
      state.expiry.removeValue(forKey: nonce).map {
        now < $0 && $0.seconds - now.seconds <= PlatformLimit.challengeSeconds
      } ?? false
    }
  }
}
