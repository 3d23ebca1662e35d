/// The name that a user who mistyped probably meant.
package enum NearestName {
  /// Returns the name with the smallest number of changes; `nil` if every name needs more than a third of its characters.
  package static func find(_ typed: String, among names: [String]) -> String? {
    let ranked = names.map { (name: $0, changes: changes(Array(typed), Array($0))) }
    guard let best = ranked.min(by: { ($0.changes, $0.name) < ($1.changes, $1.name) }) else { return nil }
    return best.changes <= max(1, best.name.count / 3) ? best.name : nil
  }

  /// The number of characters to insert, remove, replace or exchange with their neighbours.
  private static func changes(_ left: [Character], _ right: [Character]) -> Int {
    guard left.count <= 64, right.count <= 64 else { return .max }
    var before: [Int] = []
    var last = Array(0...right.count)
    for (row, mark) in left.enumerated() {
      var next = [row + 1]
      for (column, other) in right.enumerated() {
        var least = min(next[column] + 1, last[column + 1] + 1, last[column] + (mark == other ? 0 : 1))
        if row > 0, column > 0, mark == right[column - 1], left[row - 1] == other {
          least = min(least, before[column - 1] + 1)
        }
        next.append(least)
      }
      (before, last) = (last, next)
    }
    return last[right.count]
  }
}
