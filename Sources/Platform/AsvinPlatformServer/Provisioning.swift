package import AsvinPlatform
import AsvinPlatformAPI

/// Creates and changes workspaces. No route does this; the operator of the server does it with the program.
package enum Provisioning {
  /// The actor of its changes in the audit log.
  static let actor = "platform"

  /// Creates a workspace and a first token for its administrator.
  ///
  /// - Parameters:
  ///   - customerKey: the key that its devices already have; without it, a key is generated.
  ///   - deviceKeys: as `customerKey`.
  /// - Returns: the workspace, and the secret of the token, which is not stored.
  /// - Throws: `PlatformError` for a key that devices cannot store, or that another workspace has; the errors of the store.
  package static func makeWorkspace(
    named name: String, customerKey: String? = nil, deviceKeys: [String] = [], in store: any PlatformStore,
    at now: Instant
  ) async throws -> (workspace: Workspace, token: String) {
    guard VisibleText.isClean(name) else { throw PlatformError.invalid("the name has a control character") }
    try customerKey.map { key throws(PlatformError) in try WorkspaceKey.customer.check(key) }
    for (index, key) in deviceKeys.enumerated() {
      try WorkspaceKey.device.check(key)
      guard !deviceKeys[..<index].contains(key), try await store.workspace(deviceKey: key) == nil else {
        throw PlatformError.nameTaken(.deviceKey)
      }
    }
    let store = store.audited
    let workspace = try await store.add(
      Workspace(
        id: ID(0), name: name, customerKey: customerKey ?? newKey(characters: 40),
        deviceKeys: deviceKeys.isEmpty ? [newDeviceKey()] : deviceKeys))
    let secret = AccessSecret.new()
    let token = AccessToken(
      id: ID(0), name: "admin", role: .admin, digest: AccessSecret.digest(of: secret), created: now)
    try await store.write(in: workspace.id) { rows in
      let added = try rows.add(token)
      try rows.record(.createWorkspace, "workspace \(workspace.id.value)", by: actor, at: now)
      try rows.record(.createToken, "token \(added.id.value) admin", by: actor, at: now)
    }
    return (workspace, secret)
  }

  /// Adds a device key to a workspace. Without a key, one is generated.
  ///
  /// - Returns: the key.
  /// - Throws: the errors of ``makeWorkspace(named:customerKey:deviceKeys:in:at:)``.
  package static func addDeviceKey(
    _ key: String?, to workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws -> String {
    let key = key ?? newDeviceKey()
    try WorkspaceKey.device.check(key)
    try await store.audited.write(in: workspace) { rows in
      try rows.add(deviceKey: key)
      try rows.record(.addDeviceKey, "workspace \(workspace.value)", by: actor, at: now)
    }
    return key
  }

  /// Removes a device key from a workspace. Devices that name it can no longer log in.
  ///
  /// - Throws: `PlatformError/notFound` if the workspace does not have the key.
  package static func removeDeviceKey(
    _ key: String, from workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws {
    try await store.audited.write(in: workspace) { rows in
      try rows.remove(deviceKey: key)
      try rows.record(.removeDeviceKey, "workspace \(workspace.value)", by: actor, at: now)
    }
  }

  private static func newDeviceKey() -> String { newKey(characters: 26) }

  /// Generates a key in Crockford's base32, with five random bits a character. A device key of 26 characters fits an
  /// ESP8266.
  static func newKey(characters: Int) -> String {
    let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
    var generator = SystemRandomNumberGenerator()
    return String((0..<characters).map { _ in digits[Int.random(in: 0..<32, using: &generator)] })
  }
}
