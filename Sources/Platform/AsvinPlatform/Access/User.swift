import AsvinCrypto
package import AsvinManifest
package import AsvinPlatformAPI

/// A person who signs in to the pages. The person acts by a token without a known secret, so that roles, the audit log and
/// approvals are the same for persons and for programs.
package struct User: Equatable, Sendable {
  /// The token by which the user acts; it identifies the user.
  package let token: ID<AccessToken>
  /// The e-mail address in lower case. It is unique on the platform, because a sign-in names no workspace.
  package let email: String
  /// The password; `nil` until the user has set one.
  package var password: StoredPassword?
  /// The permission to set a password; `nil` if it was used.
  package var invitation: Invitation?
  /// When a link has set the password. The maker of the link may have used it, so that the user approves no rollout that
  /// was planned before.
  package var linked: Instant?
  /// The language of the pages; `nil` for that of the browser.
  package var language: PageLanguage?

  package init(
    token: ID<AccessToken>, email: String, password: StoredPassword? = nil, invitation: Invitation? = nil,
    linked: Instant? = nil, language: PageLanguage? = nil
  ) {
    self.token = token
    self.email = email
    self.password = password
    self.invitation = invitation
    self.linked = linked
    self.language = language
  }

  /// Bytes of the longest address: the length of a token's name.
  package static let longestEmail = 64

  /// Returns an address in the form in which it is compared; `nil` for a text that is not an address.
  package static func address(_ text: String) -> String? {
    let folded = Account.folded(text)
    let parts = folded.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), folded.utf8.count <= longestEmail,
      VisibleText.isClean(folded), !folded.contains(" ")
    else { return nil }
    return folded
  }
}

/// The stored form of a password.
package struct StoredPassword: Equatable, Sendable {
  package let salt: FixedBytes<16>
  package let hash: Digest

  /// Creates a password from its stored values.
  package init(salt: FixedBytes<16>, hash: Digest) { (self.salt, self.hash) = (salt, hash) }

  /// Hashes a password, which takes a third of a second; `nil` if the password is too short or too long.
  package init?(_ password: String) {
    guard password.count >= Account.shortestPassword, password.utf8.count <= PlatformLimit.passwordBytes else {
      return nil
    }
    var generator = SystemRandomNumberGenerator()
    let salt = FixedBytes<16> { _ in UInt8.random(in: 0...255, using: &generator) }
    self.init(salt: salt, hash: Scrypt.hash(password, salt: salt))
  }

  /// Compared for an address without a user, so that the time of the answer does not show whether there is one.
  package static var nobody: StoredPassword { StoredPassword(salt: FixedBytes(), hash: Digest()) }

  /// Whether a password is correct. The hash takes a third of a second.
  package func isPassword(_ password: String) -> Bool {
    MessageCode.isSame(Scrypt.hash(password, salt: salt), hash)
  }
}

/// A permission to set the password of a user, by a link that is shown once.
package struct Invitation: Equatable, Sendable {
  /// SHA-256 of the code in the link.
  package let digest: Digest
  package let expires: Instant

  package init(digest: Digest, expires: Instant) { (self.digest, self.expires) = (digest, expires) }

  package func isValid(at now: Instant) -> Bool { now < expires }
}

extension WriteTransaction {
  /// Adds a user with a role, and the token by which the user acts.
  ///
  /// - Parameter unknown: the digest of the token's secret, which nobody has.
  /// - Throws: ``PlatformError/nameTaken(_:)``, ``PlatformError/invalid(_:)``, ``PlatformError/tooMany(_:)``.
  package func addUser(
    _ email: String, _ role: Role, _ invitation: Invitation?, unknown: Digest, by actor: String, at now: Instant
  ) throws -> User {
    guard let address = User.address(email) else { throw PlatformError.invalid("email is not an e-mail address") }
    guard try users().count < PlatformLimit.users else {
      throw PlatformError.tooMany("a workspace has at most \(PlatformLimit.users) users")
    }
    let token = try add(AccessToken(id: ID(0), name: address, role: role, digest: unknown, created: now))
    let user = User(token: token.id, email: address, invitation: invitation)
    try add(user)
    try record(
      .createUser, "user \(token.id.value)", [AuditDetail("name", address), AuditDetail("role", role.rawValue)],
      by: actor, at: now)
    return user
  }

  /// Sets the password of a user. The sessions end, because another person may have signed in with the old one.
  package func setPassword(
    _ user: ID<AccessToken>, _ password: StoredPassword, isByLink: Bool, by actor: String, at now: Instant
  ) throws {
    guard var known = try self.user(user) else { throw PlatformError.notFound(.user) }
    (known.password, known.invitation) = (password, nil)
    if isByLink { known.linked = now }
    try put(known)
    for session in try sessions(of: user) { try remove(session.digest) }
    try record(.setPassword, "user \(user.value)", [AuditDetail("name", known.email)], by: actor, at: now)
  }

  /// Lets a user set a new password with the code of a link. The old password remains valid until then.
  package func invite(_ user: ID<AccessToken>, _ invitation: Invitation, by actor: String, at now: Instant) throws {
    guard var known = try self.user(user) else { throw PlatformError.notFound(.user) }
    known.invitation = invitation
    try put(known)
    try record(.inviteUser, "user \(user.value)", [AuditDetail("name", known.email)], by: actor, at: now)
  }

  /// Changes the role of a user. The last administrator among the users stays one.
  package func setRole(_ user: ID<AccessToken>, _ role: Role, by actor: String, at now: Instant) throws {
    guard let known = try self.user(user), let token = try accessToken(user) else {
      throw PlatformError.notFound(.user)
    }
    guard token.role != role else { return }
    if token.role == .admin { try requireOtherAdministrator(than: user) }
    try setRole(of: user, role)
    try record(
      .changeRole, "user \(user.value)", [AuditDetail("name", known.email), AuditDetail("role", role.rawValue)],
      by: actor, at: now)
  }

  /// Removes a user, the token and the sessions. The last administrator among the users stays.
  package func removeUser(_ user: ID<AccessToken>, by actor: String, at now: Instant) throws {
    guard let known = try self.user(user), let token = try accessToken(user) else {
      throw PlatformError.notFound(.user)
    }
    if token.role == .admin { try requireOtherAdministrator(than: user) }
    try remove(user)
    try record(.deleteUser, "user \(user.value)", [AuditDetail("name", known.email)], by: actor, at: now)
  }

  private func requireOtherAdministrator(than user: ID<AccessToken>) throws {
    // A user without a password cannot sign in.
    for other in try users() where other.token != user && other.password != nil {
      if try accessToken(other.token)?.role == .admin { return }
    }
    throw PlatformError.blocked(
      "the user is the last administrator among the users", "make another user an administrator first")
  }
}
