public import AsvinManifest

/// Somebody's access to a workspace. The token itself is shown once, and not kept: only its digest is.
public struct AccessToken: Equatable, Sendable {
  /// Its id.
  public var id: ID<AccessToken>
  /// Whose it is, as the audit log names who did something.
  public var name: String
  /// What it allows.
  public var role: Role
  /// SHA-256 of the token.
  public var digest: Digest
  /// When it was made.
  public var created: Instant
  /// From when on it is no longer good; `nil` where it is good until it is taken back.
  public var expires: Instant?

  /// A token of its parts.
  public init(
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
  public func isGood(at now: Instant) -> Bool { expires.map { now < $0 } ?? true }
}
