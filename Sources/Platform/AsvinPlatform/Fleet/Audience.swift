package import AsvinManifest

/// The devices that can use the same firmware. Wave sizes and thresholds count only the audiences that a firmware suits.
package enum Audience: Hashable, Sendable {
  /// Devices without the verifier. They write every image that they receive and cannot confirm by themselves.
  case legacy
  /// Devices that verify releases of their class.
  case verifying(Identifier)

  package func hash(into hasher: inout Hasher) {
    guard case .verifying(let deviceClass) = self else { return hasher.combine(0) }
    for index in 0..<Identifier.count { hasher.combine(deviceClass[index]) }
  }
}

extension Device {
  package var audience: Audience { key == nil ? .legacy : .verifying(deviceClass ?? Identifier()) }
}

extension Firmware {
  /// Whether an audience can use the firmware. Legacy devices can use every firmware, because every bundle has the image
  /// for slot 0. A verifying device needs a signed release of its class.
  package func suits(_ audience: Audience) -> Bool {
    switch audience {
    case .legacy: true
    case .verifying(let deviceClass): release?.deviceClass == deviceClass
    }
  }

  /// The audiences that can use the firmware.
  package var audiences: [Audience] { [.legacy] + (release.map { [.verifying($0.deviceClass)] } ?? []) }
}
