import AsvinCrypto
import AsvinPlatform
import AsvinManifest
import Synchronization

/// Logins by e-mail address and password. To verify one takes a third of a second, and a load generator logs in twice for
/// each update: what was verified is known again, by a code under a key that ends with the process.
final class AccountLogins: Sendable {
  /// Wrong passwords in a minute: from one address for one account, and for one account from everywhere. Right ones do
  /// not count, so that neighbours behind one address do not lock each other out.
  private static let (wrongOfAddress, wrongOfAccount) = (10, 60)
  /// Accounts whose password was verified, at most.
  private static let mostKnown = 10_000

  private let key = (0..<32).map { _ in UInt8.random(in: 0...255) }
  private let verified = Mutex<[String: Digest]>([:])

  /// Two at a time, and few that wait: a client that guesses delays nobody for long.
  private let hashing = Workers("passwords", threads: 2, mostWaiting: 4)
  /// What is hashed where there is no such account: how long the answer takes does not tell.
  private let nobody = Account(email: "", salt: FixedBytes(), hash: Digest())

  /// The workspace of an account; `nil` for a password that is not its own.
  ///
  /// - Throws: ``Refusal`` where too many wrong passwords came; ``ServiceFault/overloaded``.
  func workspace(
    _ email: String, _ password: String, from address: String, in store: any PlatformStore, limiter: RateLimiter,
    at now: Instant
  ) async throws -> ID<Workspace>? {
    guard password.utf8.count <= 1024, email.utf8.count <= 254 else { return nil }
    let found = try await store.account(email)
    let account = found?.account ?? nobody
    let secret = Array((account.hash.hexadecimal + password).utf8)
    if let known = verified.withLock({ $0[account.email] }), MessageCode.isCode(known, of: secret, key: key) {
      return found?.workspace
    }
    let names = [
      ("\(address) wrong \(Account.folded(email))", Self.wrongOfAddress),
      ("wrong \(Account.folded(email))", Self.wrongOfAccount), ("\(address) wrong", Self.wrongOfAccount),
    ]
    for (name, limit) in names {
      let allowance = limiter.look(name, at: now, limit: limit)
      guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
    }
    guard try await hashing.run({ account.isPassword(password) }), let found else {
      for (name, limit) in names { _ = limiter.take(name, at: now, limit: limit) }
      return nil
    }
    verified.withLock { verified in
      if verified.count >= Self.mostKnown { verified.removeAll() }
      verified[account.email] = MessageCode.code(of: secret, key: key)
    }
    return found.workspace
  }
}
