/// The release that a hook is about.
public struct HookRelease: Equatable, Sendable {
  /// An image of it.
  public struct Image: Equatable, Sendable {
    /// The slot that it is for.
    public let slot: UInt64
    /// Its file, whose first ``size`` bytes are the image.
    public let path: String
    /// Bytes.
    public let size: UInt64
    /// SHA-256, in hexadecimal.
    public let digest: String
  }

  /// The version.
  public let version: String
  /// The sequence number.
  public let sequence: UInt64
  /// SHA-256 of the manifest, in hexadecimal; empty for the factory image.
  public let release: String
  /// The bank that holds it: `a` or `b`.
  public let bank: String
  /// Its images, by slot.
  public let images: [Image]
  /// Whether it is what ran before an update that failed.
  public let isReturn: Bool
}

/// How a hook ended.
public enum HookOutcome: Equatable, Sendable {
  /// It did its work.
  case succeeded
  /// It failed: why, in words.
  case failed(String)
}

/// What differs from one gateway to another.
public struct DeviceHooks: Sendable {
  /// Decides whether the release that was started works.
  public var check: @Sendable (HookRelease) async -> HookOutcome
  /// Starts the device anew with a release, or `nil` where the next start of the agent is that start.
  public var restart: (@Sendable (HookRelease) async -> HookOutcome)?
  /// The bank that the boot loader has started, where it says so: `a` or `b`.
  public var running: String?
  /// The workspace's keys, with which a device that was removed from the platform enrols again.
  public var keys: WorkspaceKeys?
  /// Receives what happens, a line at a time.
  public var log: @Sendable (String) -> Void

  /// Hooks of a device that always works.
  public init(
    check: @escaping @Sendable (HookRelease) async -> HookOutcome = { _ in .succeeded },
    restart: (@Sendable (HookRelease) async -> HookOutcome)? = nil, running: String? = nil,
    keys: WorkspaceKeys? = nil, log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.check, self.restart, self.running, self.keys, self.log) = (check, restart, running, keys, log)
  }
}

/// The keys with which devices of a workspace enrol.
public struct WorkspaceKeys: Equatable, Sendable {
  /// The customer key.
  public let customer: String
  /// The key that is named in a login.
  public let device: String

  /// A pair of keys.
  public init(customer: String, device: String) { (self.customer, self.device) = (customer, device) }
}
