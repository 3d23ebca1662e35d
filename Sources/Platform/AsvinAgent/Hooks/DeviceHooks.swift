/// The release that a hook is about.
package struct HookRelease: Equatable, Sendable {
  /// An image of it.
  package struct Image: Equatable, Sendable {
    /// The slot that it is for.
    package let slot: UInt64
    /// Its file, whose first ``size`` bytes are the image.
    package let path: String
    /// Bytes.
    package let size: UInt64
    /// SHA-256, in hexadecimal.
    package let digest: String
  }

  /// The version.
  package let version: String
  /// The sequence number.
  package let sequence: UInt64
  /// SHA-256 of the manifest, in hexadecimal; empty for the factory image.
  package let release: String
  /// The bank that holds it: `a` or `b`.
  package let bank: String
  /// Its images, by slot.
  package let images: [Image]
  /// Whether it is what ran before an update that failed.
  package let isReturn: Bool
}

/// How a hook ended.
package enum HookOutcome: Equatable, Sendable {
  /// It did its work.
  case succeeded
  /// It failed: why, in words.
  case failed(String)
}

/// What differs from one gateway to another.
package struct DeviceHooks: Sendable {
  /// Decides whether the release that was started works.
  package var check: @Sendable (HookRelease) async -> HookOutcome
  /// Starts the device anew with a release, or `nil` where the next start of the agent is that start.
  package var restart: (@Sendable (HookRelease) async -> HookOutcome)?
  /// The bank that the boot loader has started, where it says so: `a` or `b`.
  package var running: String?
  /// The workspace's keys, with which a device that was removed from the platform enrols again.
  package var keys: WorkspaceKeys?
  /// Receives what happens, a line at a time.
  package var log: @Sendable (String) -> Void

  /// Hooks of a device that always works.
  package init(
    check: @escaping @Sendable (HookRelease) async -> HookOutcome = { _ in .succeeded },
    restart: (@Sendable (HookRelease) async -> HookOutcome)? = nil, running: String? = nil,
    keys: WorkspaceKeys? = nil, log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.check, self.restart, self.running, self.keys, self.log) = (check, restart, running, keys, log)
  }
}

/// The keys with which devices of a workspace enrol.
package struct WorkspaceKeys: Equatable, Sendable {
  /// The customer key.
  package let customer: String
  /// The key that is named in a login.
  package let device: String

  /// A pair of keys.
  package init(customer: String, device: String) { (self.customer, self.device) = (customer, device) }
}
