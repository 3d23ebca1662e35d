/// Firmware that belongs together, and the keys that must have signed it.
package struct FileGroup: Equatable, Sendable {
  package var id: ID<FileGroup>
  /// The name, unique in a workspace.
  package var name: String
  /// The trusted public keys in PEM. One of them must have signed each bundle; without keys, nothing can be published.
  package var trust: [String]

  package init(id: ID<FileGroup>, name: String, trust: [String] = []) {
    self.id = id
    self.name = name
    self.trust = trust
  }
}
