package import AsvinManifest

/// Somebody's access to a workspace. The token itself is shown once, and not kept: only its digest is.
package struct AccessToken: Equatable, Sendable {
  /// Its id.
  package var id: ID<AccessToken>
  /// Whose it is, as the audit log names who did something.
  package var name: String
  /// What it allows.
  package var role: Role
  /// SHA-256 of the token.
  package var digest: Digest
  /// When it was made.
  package var created: Instant
  /// From when on it is no longer good; `nil` where it is good until it is taken back.
  package var expires: Instant?

  /// A token of its parts.
  package init(
    id: ID<AccessToken>, name: String, role: Role, digest: Digest, created: Instant, expires: Instant? = nil
  ) {
    self.id = id
    self.name = name
    self.role = role
    self.digest = digest
    self.created = created
    self.expires = expires
  }

  /// Whether it is good at a time.
  package func isGood(at now: Instant) -> Bool { expires.map { now < $0 } ?? true }
}
