package import AsvinPlatformAPI

/// A kind of action, by which roles differ.
package enum Permission: Sendable {
  case read
  /// Uploads releases.
  case publish
  /// Moves devices and controls rollouts.
  case operate
  /// Manages tokens, and file groups with the keys that they trust.
  case administer
}

extension Role {
  /// Whether a role has a permission.
  package func may(_ permission: Permission) -> Bool {
    switch permission {
    case .read: true
    case .publish: self == .publisher || self == .admin
    case .operate: self == .operator || self == .admin
    case .administer: self == .admin
    }
  }
}
