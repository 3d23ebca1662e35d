import FoundationEssentials

/// A time on a page. Without the script it is shown in UTC; the script shows it in the zone of the viewer.
package enum PageTime {
  /// The fields of the template `time`: the time for programs and for readers.
  package static func value(_ seconds: Int64) -> PageValue {
    let date = Date(timeIntervalSince1970: Double(seconds))
    let text = date.formatted(.iso8601)
    let shown = text.prefix(16).replacing("T", with: " ")
    return ["machine": .text(text), "shown": .text("\(shown) UTC")]
  }

  /// The fields of a time that may be absent. A section with it is left out then.
  package static func value(_ seconds: Int64?) -> PageValue { seconds.map { value($0) } ?? false }
}
