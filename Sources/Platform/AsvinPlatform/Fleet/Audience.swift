package import AsvinManifest

/// Which firmware a device can use. Quotas and thresholds count the devices of the audiences that a firmware suits.
package enum Audience: Hashable, Sendable {
  /// A device without the verifier: it writes every image that it receives, and cannot confirm by itself.
  case legacy
  /// A device that verifies releases of its class.
  case verifying(Identifier)

  /// Combines the class into a hash.
  package func hash(into hasher: inout Hasher) {
    guard case .verifying(let deviceClass) = self else { return hasher.combine(0) }
    for index in 0..<Identifier.count { hasher.combine(deviceClass[index]) }
  }
}

extension Device {
  /// Its audience.
  package var audience: Audience { key == nil ? .legacy : .verifying(deviceClass ?? Identifier()) }
}

extension Firmware {
  /// Whether devices of an audience can use it. Every bundle holds the image for slot 0, which legacy devices write; a
  /// device that verifies needs a signed release of its class.
  package func suits(_ audience: Audience) -> Bool {
    switch audience {
    case .legacy: true
    case .verifying(let deviceClass): release?.deviceClass == deviceClass
    }
  }

  /// The audiences that it suits.
  package var audiences: [Audience] { [.legacy] + (release.map { [.verifying($0.deviceClass)] } ?? []) }
}
