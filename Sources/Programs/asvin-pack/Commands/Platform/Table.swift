import AsvinPrograms
import FoundationEssentials

/// Rows of aligned columns.
func table(_ head: [String], _ given: [[String]]) -> [String] {
  // The code of a control character is longer than the character, and must not move the columns.
  let rows = given.map { $0.map(\.withVisibleControls) }
  let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
  return ([head] + rows).map { row in
    let cells = row.indices.map { column in
      column == row.count - 1 ? row[column] : row[column].padded(to: widths[column])
    }
    let text = cells.joined(separator: "  ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Date {
  /// The time in ISO 8601, UTC.
  static func text(_ seconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
  }
}
