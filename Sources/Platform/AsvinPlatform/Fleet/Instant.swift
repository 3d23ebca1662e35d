/// A time, in seconds since 1970, UTC. The rules are told it; they read no clock.
package struct Instant: Hashable, Comparable, Sendable {
  /// Seconds since 1970.
  package var seconds: Int64

  /// A time of its seconds since 1970.
  package init(_ seconds: Int64) { self.seconds = seconds }

  /// The earlier one first.
  package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

  /// Minutes since midnight, UTC.
  package var minuteOfDay: Int {
    let second = seconds % 86_400
    return Int((second < 0 ? second + 86_400 : second) / 60)
  }
}

/// A part of each day, UTC; it may go over midnight.
package struct DailyWindow: Equatable, Sendable {
  /// The first minute of the day in it, 0 to 1439.
  package let first: Int
  /// The first minute behind it.
  package let end: Int

  /// A window of its minutes; `nil` for a minute that no day has, or an empty window.
  package init?(from first: Int, until end: Int) {
    guard (0..<1440).contains(first), (0..<1440).contains(end), first != end else { return nil }
    self.first = first
    self.end = end
  }

  /// Whether a time is in it.
  package func contains(_ now: Instant) -> Bool {
    let minute = now.minuteOfDay
    return first < end ? (first..<end).contains(minute) : minute >= first || minute < end
  }
}
