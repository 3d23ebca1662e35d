public import AsvinPlatform

/// Makes workspaces. There is no route for it: whoever runs the platform does it.
public enum Provisioning {
  /// Makes a workspace with keys of its own, and a first token for its administrator.
  ///
  /// - Returns: the workspace, and the token, which is not kept.
  /// - Throws: what the store throws.
  public static func makeWorkspace(
    named name: String, in store: any PlatformStore, at now: Instant
  ) async throws -> (workspace: Workspace, token: String) {
    let workspace = try await store.add(
      Workspace(id: ID(0), name: name, customerKey: newKey(characters: 40), deviceKeys: [newKey(characters: 26)]))
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

  /// Characters of Crockford's base32, five random bits each. A device key is short enough for an ESP8266.
  private static func newKey(characters: Int) -> String {
    let digits = Array("0123456789abcdefghjkmnpqrstvwxyz")
    var generator = SystemRandomNumberGenerator()
    return String((0..<characters).map { _ in digits[Int.random(in: 0..<32, using: &generator)] })
  }
}
