import AsvinCrypto
import AsvinPlatform
import AsvinWire
import Synchronization

/// Logins by e-mail address and password. To verify one takes a third of a second, and a load generator logs in twice for
/// each update: what was verified is known again, by a code under a key that ends with the process.
final class AccountLogins: Sendable {
  private let key = (0..<32).map { _ in UInt8.random(in: 0...255) }
  private let verified = Mutex<[String: Digest]>([:])

  func workspace(_ email: String, _ password: String, in store: any PlatformStore) async throws -> ID<Workspace>? {
    guard password.utf8.count <= 1024, let (workspace, account) = try await store.account(email) else { return nil }
    let secret = Array((account.hash.hexadecimal + password).utf8)
    if let known = verified.withLock({ $0[account.email] }), MessageCode.isCode(known, of: secret, key: key) {
      return workspace
    }
    guard account.isPassword(password) else { return nil }
    verified.withLock { $0[account.email] = MessageCode.code(of: secret, key: key) }
    return workspace
  }
}
