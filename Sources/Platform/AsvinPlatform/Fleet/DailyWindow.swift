/// A part of each day, UTC. It may include midnight.
package struct DailyWindow: Equatable, Sendable {
  /// The first minute, 0 to 1439.
  package let first: Int
  /// The first minute after the window.
  package let end: Int

  /// Creates a window; `nil` for a minute out of range or an empty window.
  package init?(from first: Int, until end: Int) {
    guard (0..<1440).contains(first), (0..<1440).contains(end), first != end else { return nil }
    self.first = first
    self.end = end
  }

  package func contains(_ now: Instant) -> Bool {
    let minute = now.minuteOfDay
    return first < end ? (first..<end).contains(minute) : minute >= first || minute < end
  }
}
