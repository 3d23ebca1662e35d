package import AsvinPlatform
import AsvinPlatformAPI

/// Makes workspaces. There is no route for it: whoever runs the platform does it.
package enum Provisioning {
  /// Makes a workspace and a first token for its administrator.
  ///
  /// - Parameters:
  ///   - customerKey: the key that its devices have already; one is made where there is none.
  ///   - deviceKeys: as `customerKey`.
  /// - Returns: the workspace, and the token, which is not kept.
  /// - Throws: `PlatformError` for a key that devices cannot have, or that another workspace has; what the store throws.
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
    let workspace = try await store.add(
      Workspace(
        id: ID(0), name: name, customerKey: customerKey ?? newKey(characters: 40),
        deviceKeys: deviceKeys.isEmpty ? [newDeviceKey()] : deviceKeys))
    let secret = AccessSecret.new()
    let token = AccessToken(
      id: ID(0), name: "admin", role: .admin, digest: AccessSecret.digest(of: secret), created: now)
    try await store.write(in: workspace.id) { rows in
      let added = try rows.add(token)
      try rows.record("workspace.create", "workspace \(workspace.id.value)", by: "platform", at: now)
      try rows.record("token.create", "token \(added.id.value) admin", by: "platform", at: now)
    }
    return (workspace, secret)
  }

  /// Adds a device key to a workspace; one is made where none is given.
  ///
  /// - Returns: the key.
  /// - Throws: as ``makeWorkspace(named:customerKey:deviceKeys:in:at:)``.
  package static func addDeviceKey(
    _ key: String?, to workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws -> String {
    let key = key ?? newDeviceKey()
    try WorkspaceKey.device.check(key)
    try await store.write(in: workspace) { rows in
      try rows.add(deviceKey: key)
      try rows.record("workspace.device-key-add", "workspace \(workspace.value)", by: "platform", at: now)
    }
    return key
  }

  /// Removes a device key from a workspace: devices that name it no longer log in.
  ///
  /// - Throws: `PlatformError/notFound` where the workspace does not have it.
  package static func removeDeviceKey(
    _ key: String, from workspace: ID<Workspace>, in store: any PlatformStore, at now: Instant
  ) async throws {
    try await store.write(in: workspace) { rows in
      try rows.remove(deviceKey: key)
      try rows.record("workspace.device-key-remove", "workspace \(workspace.value)", by: "platform", at: now)
    }
  }

  private static func newDeviceKey() -> String { newKey(characters: 26) }

  /// Characters of Crockford's base32, five random bits each. A device key is short enough for an ESP8266.
  private static func newKey(characters: Int) -> String {
    let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
    var generator = SystemRandomNumberGenerator()
    return String((0..<characters).map { _ in digits[Int.random(in: 0..<32, using: &generator)] })
  }
}
