import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Synchronization

/// The issued nonces. A login uses a nonce once. The requests of one symmetric key may share a nonce, each with a higher
/// counter than the one before, so that no request can be replayed and a download does not need a challenge for each range.
final class Challenges: Sendable {
  /// Whose requests a nonce has proved.
  enum Owner: Equatable {
    case device(ID<Device>)
    case workspace(ID<Workspace>)
  }

  private struct Challenge {
    let expires: Instant
    var counter: UInt32 = 0
    var owner: Owner?

    func isValid(at now: Instant) -> Bool {
      // Setting the clock back does not extend the lifetime of a nonce.
      now < expires && expires.seconds - now.seconds <= PlatformLimit.challengeSeconds
    }
  }

  private struct State {
    var challenges: [[UInt8]: Challenge] = [:]
    var order: [[UInt8]] = []
    var first = 0
  }

  private let state = Mutex(State())

  func new(at now: Instant) -> (nonce: [UInt8], expires: Instant) {
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let expires = Instant(now.seconds + PlatformLimit.challengeSeconds)
    state.withLock { state in
      state.challenges[nonce] = Challenge(expires: expires)
      state.order.append(nonce)
      // In a flood of requests, the oldest nonces become invalid, so that memory is bounded.
      while state.first < state.order.count {
        let oldest = state.order[state.first]
        guard
          state.order.count - state.first > PlatformLimit.challenges
            || state.challenges[oldest].map({ $0.expires <= now }) ?? true
        else {
          break
        }
        state.challenges[oldest] = nil
        state.first += 1
      }
      if state.first > PlatformLimit.challenges {
        state.order.removeFirst(state.first)
        state.first = 0
      }
    }
    return (nonce, expires)
  }

  /// Whether a nonce is valid and was not used. It is invalid afterwards.
  func use(_ nonce: [UInt8], at now: Instant) -> Bool {
    state.withLock { state in
      state.challenges.removeValue(forKey: nonce).map { $0.isValid(at: now) && $0.counter == 0 } ?? false
    }
  }

  /// Whether a request may have a nonce and a counter. It costs no more than a look-up, because its sender has proved
  /// nothing yet.
  func admits(_ proof: RequestProof, at now: Instant) -> Bool {
    state.withLock { state in
      state.challenges[proof.nonce.array].map { $0.isValid(at: now) && proof.counter > $0.counter } ?? false
    }
  }

  /// Uses a counter of a nonce for a request whose code is right. The first request binds the nonce to its sender.
  ///
  /// - Returns: whether the counter was not used.
  func use(_ proof: RequestProof, by owner: Owner, at now: Instant) -> Bool {
    let nonce = proof.nonce.array
    return state.withLock { state in
      guard var challenge = state.challenges[nonce], challenge.isValid(at: now), proof.counter > challenge.counter,
        challenge.owner == nil || challenge.owner == owner
      else { return false }
      (challenge.counter, challenge.owner) = (proof.counter, owner)
      state.challenges[nonce] = challenge
      return true
    }
  }

  /// Makes a nonce invalid, because a request with it has a wrong code.
  func discard(_ nonce: FixedBytes<32>) {
    state.withLock { state in state.challenges[nonce.array] = nil }
  }
}
