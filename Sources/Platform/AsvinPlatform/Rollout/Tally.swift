/// How many devices are in which state. It is stored with a rollout, so that no decision counts its devices.
package struct Tally: Equatable, Sendable {
  /// Devices that were offered it, and have not begun.
  package var offered = 0
  /// Devices that are fetching it.
  package var downloading = 0
  /// Devices that have written it.
  package var installed = 0
  /// Devices that run it.
  package var confirmed = 0
  /// Devices that gave up.
  package var failed = 0
  /// Devices that had it already.
  package var skipped = 0
  /// Of ``installed``: devices that cannot confirm by themselves.
  package var installedUnconfirmable = 0

  /// No devices.
  package init() {}

  /// Devices that a wave has let in.
  package var admitted: Int { offered + downloading + installed + confirmed + failed }

  /// Devices that may still succeed.
  package var inProgress: Int { offered + downloading + installed }

  /// Adds to the count of a state.
  package mutating func add(_ number: Int, to state: DeviceRecord.State, canConfirm: Bool) {
    switch state {
    case .offered: offered += number
    case .downloading: downloading += number
    case .installed:
      installed += number
      if !canConfirm { installedUnconfirmable += number }
    case .confirmed: confirmed += number
    case .failed: failed += number
    case .skipped: skipped += number
    }
  }

  /// Devices for which a rollout is a success. A device that cannot confirm has succeeded when it has written the firmware:
  /// otherwise its rollout would never end.
  package func succeeded(_ rules: BatchRules) -> Int {
    confirmed + (rules.success == .installed ? installed : installedUnconfirmable)
  }
}
