import AsvinCrypto
package import AsvinManifest
import AsvinPlatformAPI

/// A login by e-mail address and password for asvin's first device clients. It gives the access of a device and none to the
/// management API.
package struct Account: Equatable, Sendable {
  /// The e-mail address in lower case, as it is compared.
  package let email: String
  package let salt: FixedBytes<16>
  /// The hash of the password.
  package let hash: Digest

  /// Characters of the shortest password.
  package static let shortestPassword = 10

  /// Creates an account from its stored values.
  package init(email: String, salt: FixedBytes<16>, hash: Digest) {
    (self.email, self.salt, self.hash) = (email, salt, hash)
  }

  /// Creates a new account; `nil` if the password is too short or the address has no @.
  package init?(email: String, password: String, salt: FixedBytes<16>) {
    guard password.count >= Self.shortestPassword, email.contains("@"), email.utf8.count <= PlatformLimit.emailBytes
    else { return nil }
    self.init(email: Self.folded(email), salt: salt, hash: PasswordHash.hash(password, salt: salt))
  }

  /// Whether a password is correct. The hash takes a third of a second.
  package func isPassword(_ password: String) -> Bool {
    MessageCode.isSame(PasswordHash.hash(password, salt: salt), hash)
  }

  /// Returns an address in the form in which addresses are compared.
  package static func folded(_ email: String) -> String { email.lowercased() }
}

extension WriteTransaction {
  /// Adds an account, or replaces its password.
  ///
  /// - Throws: ``PlatformError/nameTaken(_:)``, ``PlatformError/notFound(_:)``.
  package func set(_ account: Account, isNew: Bool, by actor: String, at now: Instant) throws {
    if isNew { try add(account) } else { try put(account) }
    try record(isNew ? .createAccount : .changePassword, "account \(account.email)", by: actor, at: now)
  }

  /// Removes an account.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``.
  package func remove(account email: String, by actor: String, at now: Instant) throws {
    try remove(account: email)
    try record(.deleteAccount, "account \(Account.folded(email))", by: actor, at: now)
  }
}
