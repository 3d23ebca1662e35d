package import AsvinManifest
package import AsvinPlatformAPI

/// A token that gives access to a workspace. The secret is shown once and not stored; only its digest is.
package struct AccessToken: Equatable, Sendable {
  package var id: ID<AccessToken>
  /// The name of its owner in the audit log.
  package var name: String
  package var role: Role
  /// SHA-256 of the secret.
  package var digest: Digest
  package var created: Instant
  /// When the token expires, or `nil` if it stays valid until it is revoked.
  package var expires: Instant?
  /// When the token was last used, to within ``PlatformLimit/useSeconds``; `nil` if it was never used.
  package var used: Instant?

  package init(
    id: ID<AccessToken>, name: String, role: Role, digest: Digest, created: Instant, expires: Instant? = nil,
    used: Instant? = nil
  ) {
    self.id = id
    self.name = name
    self.role = role
    self.digest = digest
    self.created = created
    self.expires = expires
    self.used = used
  }

  package func isValid(at now: Instant) -> Bool { expires.map { now < $0 } ?? true }

  /// Whether a use at a time is written down. Not every use is, because a dashboard reads once a second. A time before the
  /// last use is news too, because the clock may have been ahead.
  package func isNews(at now: Instant) -> Bool {
    used.map { now < $0 || now.seconds - $0.seconds >= PlatformLimit.useSeconds } ?? true
  }
}
