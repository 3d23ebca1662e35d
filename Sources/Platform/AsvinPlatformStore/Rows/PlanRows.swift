import AsvinPlatform
import AsvinPlatformAPI
import GRDB

extension RolloutPlan {
  /// The columns that do not change, from the name to the end of the rules.
  var values: [(any DatabaseValueConvertible)?] {
    let fixed: [(any DatabaseValueConvertible)?] = [name, start?.seconds, firmware.value, maintainer]
    guard let rules = batch else { return fixed + [nil, nil, nil, nil, nil, nil, nil, nil] }
    return fixed + [
      rules.waves.map(\.text).joined(separator: " "), rules.successThreshold, rules.failureThreshold, rules.retries,
      rules.window?.first, rules.window?.end, rules.success == .installed ? 1 : 0, rules.endsWhenDone,
    ]
  }
}

extension BatchRules {
  /// Reads the rules of a rollout's row; `nil` for the priority *immediately*.
  static func read(_ row: Row) throws -> BatchRules? {
    guard let waves: String = row[5] else { return nil }
    let first: Int? = row[9]
    let end: Int? = row[10]
    let known = waves.split(separator: " ").compactMap { Wave(text: $0) }
    let isInstalled: Bool = row[11]
    let rules = BatchRules(
      waves: known, successThreshold: row[6], failureThreshold: row[7], retries: row[8],
      window: first.flatMap { first in end.flatMap { DailyWindow(from: first, until: $0) } },
      success: isInstalled ? .installed : .confirmed, endsWhenDone: row[12])
    guard let rules, known.count == waves.split(separator: " ").count else {
      throw StoreError(table: "rollout", id: row[0])
    }
    return rules
  }
}
