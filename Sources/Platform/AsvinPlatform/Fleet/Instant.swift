/// A time in seconds since 1970, UTC. Callers pass the time to the rules, which read no clock.
package struct Instant: Hashable, Comparable, Sendable {
  package var seconds: Int64

  package init(_ seconds: Int64) { self.seconds = seconds }

  package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  /// Minutes since midnight, UTC.
  package var minuteOfDay: Int {
    let second = seconds % 86_400
    return Int((second < 0 ? second + 86_400 : second) / 60)
  }
}
