/// Firmware that belongs together, and the keys that must have signed it.
package struct FileGroup: Equatable, Sendable {
  package var id: ID<FileGroup>
  /// The name, unique in a workspace.
  package var name: String
  /// The trusted public keys. One of them must have signed each bundle; without keys, nothing can be published.
  package var trust: [TrustedKey]

  package init(id: ID<FileGroup>, name: String, trust: [TrustedKey] = []) {
    self.id = id
    self.name = name
    self.trust = trust
  }
}

/// A public key that a file group trusts.
package struct TrustedKey: Equatable, Sendable {
  /// The key in PEM.
  package var pem: String
  /// The first second at which the group does not trust the key; `nil` if it does until the key is removed. Releases that
  /// the key has signed are not published or rolled out from then on. Rollouts that have started continue.
  package var expires: Instant?

  package init(_ pem: String, expires: Instant? = nil) { (self.pem, self.expires) = (pem, expires) }
}

extension FileGroup {
  /// Returns the keys in PEM that the group trusts at a time.
  package func keys(at now: Instant) -> [String] {
    trust.filter { key in key.expires.map { now < $0 } ?? true }.map(\.pem)
  }
}
