package import AsvinPlatformAPI

/// A part of some days of the week, UTC or in the time of each device. It may include midnight.
package struct DailyWindow: Equatable, Sendable {
  /// The first minute, 0 to 1439.
  package let first: Int
  /// The first minute after the window.
  package let end: Int
  /// The days on which the window begins.
  package let days: Set<Weekday>
  /// Whether the times are those of the device.
  package let isDeviceTime: Bool

  /// Creates a window; `nil` for a minute out of range, an empty window, or no day.
  package init?(
    from first: Int, until end: Int, days: Set<Weekday> = Set(Weekday.allCases), isDeviceTime: Bool = false
  ) {
    guard (0..<1440).contains(first), (0..<1440).contains(end), first != end, !days.isEmpty else { return nil }
    self.first = first
    self.end = end
    self.days = days
    self.isDeviceTime = isDeviceTime
  }

  /// Whether the window is open.
  ///
  /// - Parameter utcOffset: the minutes by which the device's time is ahead of UTC.
  package func contains(_ now: Instant, utcOffset: Int = 0) -> Bool {
    let local = Instant(now.seconds + (isDeviceTime ? Int64(utcOffset) * 60 : 0))
    let minute = local.minuteOfDay
    if first < end { return (first..<end).contains(minute) && days.contains(local.weekday) }
    if minute >= first { return days.contains(local.weekday) }
    // After midnight, the window of the day before is open.
    return minute < end && days.contains(Instant(local.seconds - 86_400).weekday)
  }
}

extension Instant {
  /// The day of the week, UTC.
  fileprivate var weekday: Weekday {
    let day = (seconds < 0 ? seconds - 86_399 : seconds) / 86_400
    // 1970 began on a Thursday.
    return Weekday.allCases[Int(((day + 3) % 7 + 7) % 7)]
  }
}
