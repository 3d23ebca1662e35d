package import AsvinManifest
import AsvinPlatformAPI

/// The stay of a signed-in user on the pages. The secret is in a cookie; only its digest is stored.
package struct Session: Equatable, Sendable {
  /// SHA-256 of the secret.
  package let digest: Digest
  package let user: ID<AccessToken>
  package let created: Instant
  /// When it was last used, to within ``PlatformLimit/sessionUseSeconds``.
  package var seen: Instant
  /// The address from which the user signed in, and the browser's name of itself.
  package let address: String
  package let agent: String

  package init(
    digest: Digest, user: ID<AccessToken>, created: Instant, seen: Instant, address: String, agent: String
  ) {
    self.digest = digest
    self.user = user
    self.created = created
    self.seen = seen
    self.address = address
    self.agent = agent
  }

  /// Whether the session has neither been unused nor lasted for too long. After the clock was set back, it has ended too.
  package func isValid(at now: Instant) -> Bool {
    (0..<PlatformLimit.sessionSeconds).contains(now.seconds - created.seconds)
      && now.seconds - seen.seconds < PlatformLimit.sessionIdleSeconds
  }

  /// Whether a use at a time is written down. Not every use is, because an open page reads every few seconds.
  package func isNews(at now: Instant) -> Bool { now.seconds - seen.seconds >= PlatformLimit.sessionUseSeconds }
}

/// A session with the user and the token by which the user acts.
package struct SignedIn: Equatable, Sendable {
  package let workspace: ID<Workspace>
  package let session: Session
  package let user: User
  package let token: AccessToken

  package init(workspace: ID<Workspace>, session: Session, user: User, token: AccessToken) {
    (self.workspace, self.session, self.user, self.token) = (workspace, session, user, token)
  }

  package func isValid(at now: Instant) -> Bool { session.isValid(at: now) && token.isValid(at: now) }
}

extension WriteTransaction {
  /// Begins a session. The sessions of the user that have ended are removed, and the oldest one if there are too many.
  package func signIn(_ session: Session, by actor: String, at now: Instant) throws {
    var others = try sessions(of: session.user)
    for old in others where !old.isValid(at: now) { try remove(old.digest) }
    others.removeAll { !$0.isValid(at: now) }
    for old in others.dropLast(PlatformLimit.sessions - 1) { try remove(old.digest) }
    try add(session)
    try record(.signIn, "user \(session.user.value)", by: actor, at: now)
  }

  /// Ends a session of a user.
  ///
  /// - Throws: ``PlatformError/notFound(_:)`` for a session of another user.
  package func endSession(_ digest: Digest, of user: ID<AccessToken>, by actor: String, at now: Instant) throws {
    guard try sessions(of: user).contains(where: { $0.digest == digest }) else {
      throw PlatformError.notFound(.session)
    }
    try remove(digest)
    try record(.signOut, "user \(user.value)", by: actor, at: now)
  }
}
