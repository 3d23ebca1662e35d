package import AsvinManifest
package import AsvinPlatformAPI

/// Reads of users and sessions.
package protocol UserReading {
  /// Returns the users in the order of their addresses.
  func users() throws -> [User]
  func user(_ id: ID<AccessToken>) throws -> User?
  /// Returns the sessions of a user, the oldest first.
  func sessions(of user: ID<AccessToken>) throws -> [Session]
}

/// Changes of users and sessions.
package protocol UserWriting {
  /// Adds a user whose token exists.
  ///
  /// - Throws: ``PlatformError/nameTaken(_:)`` if any workspace has a user with the address.
  func add(_ user: User) throws
  func put(_ user: User) throws
  func setRole(of token: ID<AccessToken>, _ role: Role) throws
  func add(_ session: Session) throws
  /// Removes a session by its digest.
  func remove(_ session: Digest) throws
  func markSeen(_ session: Digest, at now: Instant) throws
}
