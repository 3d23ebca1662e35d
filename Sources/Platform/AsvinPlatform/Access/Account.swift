import AsvinCrypto
package import AsvinManifest

/// Somebody whom asvin's first device clients log in as, by e-mail address and password. It gives what a device's login
/// gives, and nothing of management.
package struct Account: Equatable, Sendable {
  /// The e-mail address, as it is compared: in lower case.
  package let email: String
  /// What the password is hashed with.
  package let salt: FixedBytes<16>
  /// What is kept of the password.
  package let hash: Digest

  /// Characters of a password at least.
  package static let shortestPassword = 10

  /// An account as it was stored.
  package init(email: String, salt: FixedBytes<16>, hash: Digest) {
    (self.email, self.salt, self.hash) = (email, salt, hash)
  }

  /// A new account; `nil` for a password that is too short, or an address without an @.
  package init?(email: String, password: String, salt: FixedBytes<16>) {
    guard password.count >= Self.shortestPassword, email.contains("@"), email.utf8.count <= 254 else { return nil }
    self.init(email: Self.folded(email), salt: salt, hash: PasswordHash.hash(password, salt: salt))
  }

  /// Whether a password is its own. That takes a while.
  package func isPassword(_ password: String) -> Bool { PasswordHash.hash(password, salt: salt) == hash }

  /// An address as it is compared.
  package static func folded(_ email: String) -> String { email.lowercased() }
}
