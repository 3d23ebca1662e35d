package import AsvinPlatformAPI

extension RolloutTally {
  /// Devices that the rollout has admitted.
  package var admitted: Int { offered + downloading + installed + confirmed + failed }

  /// Adds devices to the count of a state.
  package mutating func add(_ number: Int, to state: RecordState, canConfirm: Bool) {
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

  /// Devices that have succeeded. A device that cannot confirm has succeeded when it has written the firmware; otherwise
  /// its rollout would never end.
  package func succeeded(_ rules: BatchRules) -> Int {
    confirmed + (rules.success == .installed ? installed : installedUnconfirmable)
  }
}
