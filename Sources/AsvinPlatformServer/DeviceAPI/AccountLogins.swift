import AsvinCrypto
import AsvinPlatform
import AsvinWire
import Dispatch
import Synchronization

/// Logins by e-mail address and password. To verify one takes a third of a second, and a load generator logs in twice for
/// each update: what was verified is known again, by a code under a key that ends with the process.
final class AccountLogins: Sendable {
  private let key = (0..<32).map { _ in UInt8.random(in: 0...255) }
  private let verified = Mutex<[String: Digest]>([:])

  /// One at a time, and on no thread that serves: whoever guesses does not hold the others up.
  private let queue = DispatchQueue(label: "passwords")
  /// What is hashed where there is no such account: how long the answer takes does not tell.
  private let nobody = Account(email: "", salt: FixedBytes(), hash: Digest())

  func workspace(_ email: String, _ password: String, in store: any PlatformStore) async throws -> ID<Workspace>? {
    guard password.utf8.count <= 1024 else { return nil }
    let found = try await store.account(email)
    let account = found?.account ?? nobody
    let secret = Array((account.hash.hexadecimal + password).utf8)
    if let known = verified.withLock({ $0[account.email] }), MessageCode.isCode(known, of: secret, key: key) {
      return found?.workspace
    }
    let isPassword = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: account.isPassword(password)) }
    }
    guard isPassword, let found else { return nil }
    verified.withLock { $0[account.email] = MessageCode.code(of: secret, key: key) }
    return found.workspace
  }
}
