import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import NIOCore

/// Checks of passwords, each of which takes a third of a second, and the limits of wrong ones.
final class PasswordChecks: Sendable {
  /// At most two passwords at a time, and one that waits, so that a client that guesses delays others only briefly: on a
  /// slow machine under load one password takes two seconds. One processor is left for the other requests.
  private let hashing = Workers("passwords", threads: min(2, max(System.coreCount - 1, 1)), mostWaiting: 1)

  struct Attempt: Sendable {
    /// The name in lower case whose password is checked.
    let name: String
    let address: String
    /// Whether the name exists. The check takes the same time if it does not.
    let isKnown: Bool
  }

  /// Checks a password. Only wrong passwords are counted, so that clients that share an address do not lock each other out.
  ///
  /// - Returns: whether the name is known and the password is correct.
  /// - Throws: ``Refusal`` after too many wrong passwords; ``ServiceFault/overloaded``.
  func check(
    _ attempt: Attempt, limiter: RateLimiter, at now: Instant, _ isPassword: @escaping @Sendable () -> Bool
  ) async throws -> Bool {
    let names = [
      ("\(attempt.address) wrong \(attempt.name)", PlatformLimit.wrongPasswordsPerMinute),
      ("wrong \(attempt.name)", PlatformLimit.allWrongPasswordsPerMinute),
      ("\(attempt.address) wrong", PlatformLimit.allWrongPasswordsPerMinute),
    ]
    for (name, limit) in names {
      let allowance = limiter.look(name, at: now, limit: limit)
      guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
    }
    guard try await hashing.run(isPassword), attempt.isKnown else {
      for (name, limit) in names { _ = limiter.take(name, at: now, limit: limit) }
      return false
    }
    return true
  }

  /// Hashes a new password within the same limit of work.
  func hash(_ password: String) async throws -> StoredPassword? { try await hashing.run { StoredPassword(password) } }
}
