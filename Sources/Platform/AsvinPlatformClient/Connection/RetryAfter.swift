import FoundationEssentials

/// The header field `Retry-After` (RFC 9110 §10.2.3): seconds or a date.
enum RetryAfter {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// Returns the seconds from now; `nil` for a malformed text.
  static func seconds(_ text: String, at now: Date) -> Double? {
    let text = text.trimmingPrefix { $0 == " " }
    if let seconds = UInt32(text) { return Double(seconds) }
    guard let time = time(of: text) else { return nil }
    return max(0, time - now.timeIntervalSince1970)
  }

  /// Returns the seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func time(of text: Substring) -> Double? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), (1...31).contains(day),
      let month = months.firstIndex(of: String(parts[2])), let year = Int(parts[3]), (1970...9999).contains(year)
    else { return nil }
    let clock = parts[4].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2]) else {
      return nil
    }
    // Days since 1970, counted in years that begin in March, so that a leap day is the last of its year.
    let shifted = year - (month < 2 ? 1 : 0)
    let dayOfYear = (153 * ((month + 10) % 12) + 2) / 5 + day - 1
    let days = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    return Double(days * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2])
  }
}
