/// What somebody may do in a workspace.
package enum Role: String, CaseIterable, Sendable {
  /// Sees everything, changes nothing.
  case viewer
  /// Publishes firmware.
  case publisher
  /// Moves devices, and runs rollouts.
  case `operator`
  /// All of it, and who else may.
  case admin

  /// Whether a role may do something.
  package func may(_ permission: Permission) -> Bool {
    switch permission {
    case .read: true
    case .publish: self == .publisher || self == .admin
    case .operate: self == .operator || self == .admin
    case .administer: self == .admin
    }
  }
}

/// What is done, as far as it matters who may.
package enum Permission: Sendable {
  /// Looking.
  case read
  /// Uploading releases.
  case publish
  /// Moving devices, and running rollouts.
  case operate
  /// Groups of firmware with the keys that they trust, and tokens.
  case administer
}
