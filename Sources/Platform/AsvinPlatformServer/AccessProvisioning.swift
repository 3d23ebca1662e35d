import AsvinManifest
package import AsvinPlatform
package import AsvinPlatformAPI

// Tokens, accounts and customer keys, changed on the server's machine. An operator who has lost the last administrator's token
// makes another one here.
extension Provisioning {
  /// Creates a token.
  ///
  /// - Parameter days: the number of days for which it is valid; `nil` until it is revoked.
  /// - Returns: the token, and its secret, which is not stored.
  /// - Throws: `PlatformError/nameTaken(_:)`; the errors of the store.
  package static func makeToken(
    named name: String, _ role: Role, days: Int?, of workspace: ID<Workspace>, in store: any PlatformStore,
    at now: Instant
  ) async throws -> (token: AccessToken, secret: String) {
    guard (1...64).contains(name.unicodeScalars.count), VisibleText.isClean(name) else {
      throw PlatformError.invalid("the name of a token must have 1 to 64 characters, and no control character")
    }
    let secret = AccessSecret.new()
    let token = AccessToken(
      id: ID(0), name: name, role: role, digest: AccessSecret.digest(of: secret), created: now,
      expires: days.map { Instant(now.seconds + Int64($0) * 86_400) })
    let added = try await store.audited.write(in: workspace) { rows in
      let added = try rows.add(token)
      try rows.record(.createToken, "token \(added.id.value) \(role.rawValue)", by: actor, at: now)
      return added
    }
    return (added, secret)
  }

  /// Revokes a token.
  ///
  /// - Throws: `PlatformError/notFound(_:)`.
  package static func revokeToken(
    _ id: ID<AccessToken>, of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws {
    try await store.audited.write(in: workspace) { rows in
      guard try rows.accessToken(id) != nil else { throw PlatformError.notFound(.token) }
      try rows.remove(id)
      try rows.record(.deleteToken, "token \(id.value)", by: actor, at: now)
    }
  }

  /// Replaces the customer key. Without a key, one is generated.
  ///
  /// - Parameter days: the number of days for which the present key stays valid; 0 ends it at once.
  /// - Returns: the key.
  /// - Throws: `PlatformError` for a key that devices cannot store, or that the workspace has; the errors of the store.
  package static func rotateCustomerKey(
    to key: String?, keepingOldFor days: Int, of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws -> String {
    let key = key ?? newKey(characters: 40)
    try WorkspaceKey.customer.check(key)
    try await store.audited.write(in: workspace) { rows in
      let keys = try rows.customerKeys()
      try rows.put(keys.rotated(to: key, keepingOldUntil: Instant(now.seconds + Int64(days) * 86_400), at: now))
      try rows.record(.rotateCustomerKey, "workspace \(workspace.value)", by: actor, at: now)
    }
    return key
  }

  /// Ends the validity of all former customer keys.
  ///
  /// - Returns: the number of keys that were valid.
  /// - Throws: the errors of the store.
  package static func endFormerKeys(
    of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws -> Int {
    try await store.audited.write(in: workspace) { rows in
      let keys = try rows.customerKeys()
      try rows.put(CustomerKeys(current: keys.current, former: []))
      try rows.record(.endFormerKeys, "workspace \(workspace.value)", by: actor, at: now)
      return keys.former.filter { now < $0.expires }.count
    }
  }

  /// Adds an account, or replaces its password.
  ///
  /// - Throws: `PlatformError/nameTaken(_:)` if a new account's address has one; `PlatformError/notFound(_:)` if an account
  ///   does not exist whose password is replaced; `PlatformError/invalid(_:)`; the errors of the store.
  package static func setAccount(
    _ email: String, password: String, isNew: Bool, of workspace: ID<Workspace>, in store: any PlatformStore,
    at now: Instant
  ) async throws -> Account {
    guard VisibleText.isClean(email), let account = Account(salting: password, of: email) else {
      throw PlatformError.invalid(
        "an account needs an address with an @, and a password of at least \(Account.shortestPassword) characters")
    }
    try await store.audited.write(in: workspace) { try $0.set(account, isNew: isNew, by: actor, at: now) }
    return account
  }

  /// Removes an account.
  ///
  /// - Throws: `PlatformError/notFound(_:)`; the errors of the store.
  package static func removeAccount(
    _ email: String, of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws {
    try await store.audited.write(in: workspace) { try $0.remove(account: email, by: actor, at: now) }
  }

  /// Switches parts of the platform on or off.
  ///
  /// - Returns: the settings.
  /// - Throws: the errors of the store.
  package static func changeSettings(
    _ change: SettingsChange, of workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws -> WorkspaceSettings {
    try await store.audited.write(in: workspace) { try $0.change(change, by: actor, at: now) }
  }
}

extension Account {
  /// Creates an account with a random salt, as ``init(email:password:salt:)``.
  init?(salting password: String, of email: String) {
    var generator = SystemRandomNumberGenerator()
    self.init(
      email: email, password: password,
      salt: FixedBytes { _ in UInt8.random(in: 0...255, using: &generator) })
  }
}
