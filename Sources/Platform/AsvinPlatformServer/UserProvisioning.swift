import AsvinManifest
package import AsvinPlatform
package import AsvinPlatformAPI

// Users, changed on the server's machine. An administrator who has lost the password makes a new link here.
extension Provisioning {
  /// Creates a user.
  ///
  /// - Returns: the path of the link that sets the password. It is not stored.
  /// - Throws: `PlatformError/nameTaken(_:)`, `PlatformError/invalid(_:)`; the errors of the store.
  package static func makeUser(
    _ email: String, _ role: Role, of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws -> String {
    let code = InvitationCode.new(at: now)
    let unknown = AccessSecret.digest(of: AccessSecret.new())
    try await store.audited.write(in: workspace) { rows in
      _ = try rows.addUser(email, role, code.invitation, unknown: unknown, by: actor, at: now)
    }
    return code.path
  }

  /// Makes a link by which a user sets a new password.
  ///
  /// - Throws: `PlatformError/notFound(_:)`; the errors of the store.
  package static func inviteUser(
    _ email: String, of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws -> String {
    let code = InvitationCode.new(at: now)
    try await store.audited.write(in: workspace) { rows in
      try rows.invite(rows.user(called: email), code.invitation, by: actor, at: now)
    }
    return code.path
  }

  /// Removes a user.
  ///
  /// - Throws: `PlatformError/notFound(_:)`, `PlatformError/blocked(_:_:)` for the last administrator.
  package static func removeUser(
    _ email: String, of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws {
    try await store.audited.write(in: workspace) { rows in
      try rows.removeUser(rows.user(called: email), by: actor, at: now)
    }
  }
}

extension ReadTransaction {
  /// Returns the user with an address of the workspace.
  fileprivate func user(called email: String) throws -> ID<AccessToken> {
    guard let known = try users().first(where: { $0.email == User.address(email) }) else {
      throw PlatformError.notFound(.user)
    }
    return known.token
  }
}
