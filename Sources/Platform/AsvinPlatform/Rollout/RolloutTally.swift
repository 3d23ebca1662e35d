package import AsvinPlatformAPI

extension RolloutTally {
  /// Devices that the rollout has admitted. A stalled device that is ignored gives its place to another one.
  package func admitted(_ rules: BatchRules) -> Int {
    offered + downloading + installed + confirmed + failures(rules)
  }

  /// Devices that count as failures.
  package func failures(_ rules: BatchRules) -> Int { failed + (rules.pace.stalled == .failure ? stalled : 0) }

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
    case .stalled: stalled += number
    case .queued: queued += number
    }
  }

  /// The devices in a state.
  package func count(of state: RecordState) -> Int {
    switch state {
    case .offered: offered
    case .downloading: downloading
    case .installed: installed
    case .confirmed: confirmed
    case .failed: failed
    case .skipped: skipped
    case .stalled: stalled
    case .queued: queued
    }
  }

  /// Devices that have succeeded. A device that cannot confirm has succeeded when it has written the firmware; otherwise
  /// its rollout would never end.
  package func succeeded(_ rules: BatchRules) -> Int {
    confirmed + (rules.success == .installed ? installed : installedUnconfirmable)
  }
}
