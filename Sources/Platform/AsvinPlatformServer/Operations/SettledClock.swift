import AsvinPlatform

/// Time of the day for actions that cannot be undone. A clock that jumps is not believed before it has agreed with the steady
/// clock for ten minutes; until then, the earlier of both times counts. A clock that is set ahead for a moment starts no
/// rollout of tomorrow, and a correction delays rollouts by ten minutes at most.
struct SettledClock {
  /// Seconds for which a clock must run steadily after a jump.
  static let patience: Int64 = 600
  /// Seconds between two readings by which a clock may be adjusted without a jump.
  private static let slack: Int64 = 2

  /// The difference of the believed clock and the steady clock.
  private var believed: Int64?
  /// The difference since a jump, and the steady time of the jump.
  private var jump: (difference: Int64, since: Int64)?

  /// Returns the time.
  ///
  /// - Parameters:
  ///   - wall: the time of the day.
  ///   - steady: seconds since any moment, by a clock that is never set.
  mutating func time(wall: Instant, steady: Int64) -> Instant {
    let difference = wall.seconds - steady
    guard let known = believed, abs(difference - known) > Self.slack else {
      (believed, jump) = (difference, nil)
      return wall
    }
    let since = jump.flatMap { abs(difference - $0.difference) <= Self.slack ? $0.since : nil } ?? steady
    jump = (difference, since)
    guard steady - since >= Self.patience else { return Instant(min(wall.seconds, steady + known)) }
    (believed, jump) = (difference, nil)
    return wall
  }
}
