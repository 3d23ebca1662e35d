package import AsvinPlatformAPI

/// The rules of a rollout in waves.
package struct BatchRules: Equatable, Sendable {
  /// The waves before the last one. Each sets a cumulative number of devices; the last wave includes every device.
  package let waves: [Wave]
  /// The percentage of the open wave that must succeed before the next wave opens, 1 to 100.
  package let successThreshold: Int
  /// The percentage of the open wave whose failure stops the rollout, 1 to 100; `nil` if failures do not stop it.
  package let failureThreshold: Int?
  /// How often a device that failed may try again.
  package let retries: Int
  /// The part of each day in which a device may begin; `nil` for any time.
  package let window: DailyWindow?
  package let success: SuccessCriterion
  /// Whether the rollout finishes when every device has reached a final state. Otherwise devices that join later get it
  /// too, until an operator ends it.
  package let endsWhenDone: Bool
  package let pace: Pace

  /// The cumulative size of a wave.
  package enum Wave: Equatable, Sendable {
    /// A number of devices, 1 or more.
    case count(Int)
    /// A percentage of the devices in the target groups, rounded up; 1 to 100.
    case percent(Int)
  }

  /// One wave of all devices without thresholds: the rules of ``Priority/immediately``.
  package static var everyone: BatchRules { BatchRules(unchecked: [], 100, nil, 0, nil, .installed, false, Pace()) }

  /// Creates rules; `nil` for a number that is out of range.
  package init?(
    waves: [Wave], successThreshold: Int = 100, failureThreshold: Int? = nil, retries: Int = 0,
    window: DailyWindow? = nil, success: SuccessCriterion = .confirmed, endsWhenDone: Bool = true,
    pace: Pace = Pace()
  ) {
    let areWavesInRange = waves.allSatisfy { wave in
      switch wave {
      case .count(let count): (1...1_000_000_000).contains(count)
      case .percent(let percent): (1...100).contains(percent)
      }
    }
    guard areWavesInRange, waves.count <= PlatformLimit.waves, (1...100).contains(successThreshold),
      (1...100).contains(failureThreshold ?? 1), (0...PlatformLimit.retries).contains(retries)
    else { return nil }
    guard pace.isInRange else { return nil }
    self.init(unchecked: waves, successThreshold, failureThreshold, retries, window, success, endsWhenDone, pace)
  }

  private init(
    unchecked waves: [Wave], _ successThreshold: Int, _ failureThreshold: Int?, _ retries: Int, _ window: DailyWindow?,
    _ success: SuccessCriterion, _ endsWhenDone: Bool, _ pace: Pace
  ) {
    self.waves = waves
    self.successThreshold = successThreshold
    self.failureThreshold = failureThreshold
    self.retries = retries
    self.window = window
    self.success = success
    self.endsWhenDone = endsWhenDone
    self.pace = pace
  }

  /// Returns the cumulative size of a wave in devices, 1 or more. It grows when a device joins.
  package func quota(of wave: Int, members: Int) -> Int {
    guard wave < waves.count else { return max(members, 1) }
    switch waves[wave] {
    case .count(let count): return max(min(count, members), 1)
    case .percent(let percent): return max((members * percent + 99) / 100, 1)
    }
  }
}

extension BatchRules.Wave {
  /// Reads a wave such as `5` or `30%`; `nil` for any other text.
  package init?(text: Substring) {
    if text.last == "%" {
      guard let percent = Int(text.dropLast()) else { return nil }
      self = .percent(percent)
    } else {
      guard let count = Int(text) else { return nil }
      self = .count(count)
    }
  }

  /// The text that ``init(text:)`` reads.
  package var text: String {
    switch self {
    case .count(let count): "\(count)"
    case .percent(let percent): "\(percent)%"
    }
  }
}
