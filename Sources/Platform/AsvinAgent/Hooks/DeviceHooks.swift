import FoundationEssentials

/// The release that is passed to a hook.
package struct HookRelease: Equatable, Sendable {
  /// An image of the release.
  package struct Image: Equatable, Sendable {
    package let slot: UInt64
    /// The file whose first ``size`` bytes are the image.
    package let path: String
    /// The size in bytes.
    package let size: UInt64
    /// SHA-256, in hexadecimal.
    package let digest: String
  }

  package let version: String
  package let sequence: UInt64
  /// SHA-256 of the manifest, in hexadecimal; empty for the factory image.
  package let release: String
  /// The slot set: bank `a` or `b`.
  package let bank: String
  package let images: [Image]
  /// Whether the release ran before an update that failed.
  package let isReturn: Bool
}

/// A bank that the boot loader is asked about.
package struct HookBank: Equatable, Sendable {
  /// The slot set: bank `a` or `b`.
  package let bank: String
  /// The path of each slot in the bank.
  package let places: [UInt64: String]
}

/// The answer to the question whether a bank runs.
package enum HookAnswer: Equatable, Sendable {
  case yes
  case no
  /// The hook failed, with the cause.
  case failed(String)
}

/// The result of a hook.
package enum HookOutcome: Equatable, Sendable {
  case succeeded
  /// It failed, with the cause.
  case failed(String)
}

/// The behaviour that differs between gateways.
package struct DeviceHooks: Sendable {
  /// Checks whether the started release works.
  package var check: @Sendable (HookRelease) async -> HookOutcome
  /// Decides whether an installation may begin now; `nil` if it always may.
  package var allow: (@Sendable (HookRelease) async -> HookOutcome)?
  /// Seconds after which an installation that may not begin is offered again.
  package var postponement: Int64 = 3600
  /// Returns the minutes by which the local time is ahead of UTC.
  package var utcOffset: @Sendable () -> Int = { TimeZone.autoupdatingCurrent.secondsFromGMT() / 60 }
  /// Restarts the device with a release; `nil` if the next start of the agent is that restart.
  package var restart: (@Sendable (HookRelease) async -> HookOutcome)?
  /// Lets the boot loader start a release next: as a trial, or for good if it ran before.
  package var activate: (@Sendable (HookRelease) async -> HookOutcome)?
  /// Lets the boot loader keep starting the running release.
  package var markGood: (@Sendable (HookRelease) async -> HookOutcome)?
  /// Asks the boot loader whether a bank runs.
  package var isRunning: (@Sendable (HookBank) async -> HookAnswer)?
  /// The slot set that the boot loader started, if it reports it: bank `a` or `b`.
  package var running: String?
  /// Returns the boot id of the system, which is another one after each restart.
  package var systemStart: @Sendable () -> String = { OwedStart.systemStart }
  /// The token or the keys with which a device that was removed from the platform enrols again.
  package var keys: EnrolmentKeys?
  /// Seconds that the slowest hook may take.
  package var longestHook = 300.0
  /// The largest number of bytes a second of a download; `nil` for no limit.
  package var rate: UInt64?
  /// Receives the lines of the log.
  package var log: @Sendable (String) -> Void

  /// Creates hooks. By default, every release works.
  package init(
    check: @escaping @Sendable (HookRelease) async -> HookOutcome = { _ in .succeeded },
    restart: (@Sendable (HookRelease) async -> HookOutcome)? = nil, running: String? = nil,
    keys: EnrolmentKeys? = nil, log: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    (self.check, self.restart, self.running, self.keys, self.log) = (check, restart, running, keys, log)
  }
}

/// What permits the enrolment of a device.
package enum EnrolmentKeys: Equatable, Sendable {
  /// An enrolment token.
  case token(String)
  /// The customer key and a device key of the workspace. A login names the device key.
  case workspace(customer: String, device: String)

  /// Reads a token or the keys from environment variables, because a list of processes would show them as arguments; `nil` if
  /// they are not set.
  package init?(_ variables: [String: String]) {
    if let token = variables["ASVIN_ENROLMENT_TOKEN"], !token.isEmpty {
      self = .token(token)
    } else if let customer = variables["ASVIN_CUSTOMER_KEY"], let device = variables["ASVIN_DEVICE_KEY"] {
      self = .workspace(customer: customer, device: device)
    } else {
      return nil
    }
  }
}
