import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import NIOCore
import Synchronization

/// Logins by e-mail address and password. Verifying a password takes a third of a second, and a load generator logs in
/// twice for each update. Therefore verified passwords are remembered as authentication codes under a key that ends with
/// the process.
final class AccountLogins: Sendable {
  private let key = (0..<32).map { _ in UInt8.random(in: 0...255) }
  private let verified = Mutex<[String: Digest]>([:])

  private let checks: PasswordChecks
  /// Hashed for an unknown address, so that the time of the answer does not show whether an account exists.
  private let nobody = Account(email: "", salt: FixedBytes(), hash: Digest())

  init(_ checks: PasswordChecks) { self.checks = checks }

  /// Returns the workspace of an account; `nil` for a wrong password. Only wrong passwords are counted, so that clients
  /// that share an address do not lock each other out.
  ///
  /// - Throws: ``Refusal`` after too many wrong passwords; ``ServiceFault/overloaded``.
  func workspace(
    _ email: String, _ password: String, from address: String, in store: any PlatformStore, limiter: RateLimiter,
    at now: Instant
  ) async throws -> ID<Workspace>? {
    guard password.utf8.count <= PlatformLimit.passwordBytes, email.utf8.count <= PlatformLimit.emailBytes else {
      return nil
    }
    let found = try await store.account(email)
    let account = found?.account ?? nobody
    let secret = Array((account.hash.hexadecimal + password).utf8)
    if let known = verified.withLock({ $0[account.email] }), MessageCode.isCode(known, of: secret, key: key) {
      return found?.workspace
    }
    let attempt = PasswordChecks.Attempt(name: Account.folded(email), address: address, isKnown: found != nil)
    guard try await checks.check(attempt, limiter: limiter, at: now, { account.isPassword(password) }), let found else {
      return nil
    }
    verified.withLock { verified in
      if verified.count >= PlatformLimit.rememberedAccounts { verified.removeAll() }
      verified[account.email] = MessageCode.code(of: secret, key: key)
    }
    return found.workspace
  }
}
