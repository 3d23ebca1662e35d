/// How a rollout spreads in waves.
package struct BatchRules: Equatable, Sendable {
  /// The waves before the one of all devices: each says how many devices it and those before it let in, together.
  package let waves: [Wave]
  /// Percent of an open wave's devices that must succeed before the next one opens, 1 to 100.
  package let successThreshold: Int
  /// Percent of an open wave's devices whose failure stops the rollout, 1 to 100; `nil` where none does.
  package let failureThreshold: Int?
  /// How often a device that failed may try again.
  package let retries: Int
  /// When in a day a device may begin; `nil` for at any time.
  package let window: DailyWindow?
  /// What counts as success.
  package let success: Success
  /// Whether it finishes when every device is done. Else a device that joins later gets it too, until an operator ends it.
  package let endsWhenDone: Bool

  /// How many devices a wave and those before it let in.
  package enum Wave: Equatable, Sendable {
    /// So many, 1 or more.
    case count(Int)
    /// So many of a hundred of those that are in the groups, rounded up, 1 to 100.
    case percent(Int)
  }

  /// What counts as success.
  package enum Success: Equatable, Sendable {
    /// That a device runs the firmware after its next start.
    case confirmed
    /// That it has written it: all that asvin's clients tell.
    case installed
  }

  /// One wave of all, without thresholds: what *immediately* is.
  package static var everyone: BatchRules { BatchRules(unchecked: [], 100, nil, 0, nil, .installed, false) }

  /// Rules of their parts; `nil` for a number that is out of its range.
  package init?(
    waves: [Wave], successThreshold: Int = 100, failureThreshold: Int? = nil, retries: Int = 0,
    window: DailyWindow? = nil, success: Success = .confirmed, endsWhenDone: Bool = true
  ) {
    let areGood = waves.allSatisfy { wave in
      switch wave {
      case .count(let count): (1...1_000_000_000).contains(count)
      case .percent(let percent): (1...100).contains(percent)
      }
    }
    guard areGood, waves.count <= 32, (1...100).contains(successThreshold), (1...100).contains(failureThreshold ?? 1),
      (0...100).contains(retries)
    else { return nil }
    self.init(unchecked: waves, successThreshold, failureThreshold, retries, window, success, endsWhenDone)
  }

  private init(
    unchecked waves: [Wave], _ successThreshold: Int, _ failureThreshold: Int?, _ retries: Int, _ window: DailyWindow?,
    _ success: Success, _ endsWhenDone: Bool
  ) {
    self.waves = waves
    self.successThreshold = successThreshold
    self.failureThreshold = failureThreshold
    self.retries = retries
    self.window = window
    self.success = success
    self.endsWhenDone = endsWhenDone
  }

  /// How many of the devices in its groups a wave lets in, 1 or more. A device that joins raises it.
  func quota(of wave: Int, members: Int) -> Int {
    guard wave < waves.count else { return max(members, 1) }
    switch waves[wave] {
    case .count(let count): return max(min(count, members), 1)
    case .percent(let percent): return max((members * percent + 99) / 100, 1)
    }
  }
}

extension BatchRules.Wave {
  /// A wave of its text, `5` or `30%`; `nil` for any other.
  package init?(text: Substring) {
    if text.last == "%" {
      guard let percent = Int(text.dropLast()) else { return nil }
      self = .percent(percent)
    } else {
      guard let count = Int(text) else { return nil }
      self = .count(count)
    }
  }

  /// As ``init(text:)`` reads it.
  package var text: String {
    switch self {
    case .count(let count): "\(count)"
    case .percent(let percent): "\(percent)%"
    }
  }
}
