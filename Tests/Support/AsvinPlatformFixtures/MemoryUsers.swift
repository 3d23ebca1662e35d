import AsvinCrypto
package import AsvinManifest
package import AsvinPlatform
package import AsvinPlatformAPI

// Users and their sessions.
extension MemoryTransaction {
  package func users() -> [User] { tables.users.values.sorted { $0.email < $1.email } }
  package func user(_ id: ID<AccessToken>) -> User? { tables.users[id] }

  package func add(_ user: User) throws {
    guard !tables.users.values.contains(where: { $0.email == user.email }), !foreign.users.contains(user.email) else {
      throw PlatformError.nameTaken(.user)
    }
    tables.users[user.token] = user
  }

  package func put(_ user: User) { if tables.users[user.token] != nil { tables.users[user.token] = user } }
  package func setRole(of token: ID<AccessToken>, _ role: Role) { tables.accessTokens[token]?.role = role }

  package func sessions(of user: ID<AccessToken>) -> [Session] {
    tables.sessions.filter { $0.user == user }.sorted {
      ($0.created, $0.digest.hexadecimal) < ($1.created, $1.digest.hexadecimal)
    }
  }

  package func add(_ session: Session) { tables.sessions.append(session) }
  package func remove(_ session: Digest) { tables.sessions.removeAll { $0.digest == session } }
  package func markSeen(_ session: Digest, at now: Instant) {
    guard let index = tables.sessions.firstIndex(where: { $0.digest == session }) else { return }
    tables.sessions[index].seen = now
  }
}

extension MemoryStore {
  package func user(_ email: String) async throws -> (workspace: ID<Workspace>, user: User)? {
    user { $0.email == email }
  }

  package func user(invitedBy code: Digest) async throws -> (workspace: ID<Workspace>, user: User)? {
    user { $0.invitation?.digest == code }
  }

  package func hasUsers() async throws -> Bool { user { _ in true } != nil }

  package func session(_ digest: Digest) async throws -> SignedIn? {
    everyRow { workspace, tables in
      guard let session = tables.sessions.first(where: { $0.digest == digest }), let user = tables.users[session.user],
        let token = tables.accessTokens[session.user]
      else { return nil }
      return SignedIn(workspace: workspace, session: session, user: user, token: token)
    }
  }

  private func user(where isWanted: (User) -> Bool) -> (workspace: ID<Workspace>, user: User)? {
    everyRow { workspace, tables in tables.users.values.first(where: isWanted).map { (workspace, $0) } }
  }
}
