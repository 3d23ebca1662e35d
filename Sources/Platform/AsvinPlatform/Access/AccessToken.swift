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

  package func isValid(at now: Instant) -> Bool { expires.map { now < $0 } ?? true }
}
