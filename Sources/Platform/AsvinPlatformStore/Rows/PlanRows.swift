import AsvinPlatform
import GRDB

extension RolloutPlan {
  /// What stays, from its name to the end of its rules.
  var values: [(any DatabaseValueConvertible)?] {
    let fixed: [(any DatabaseValueConvertible)?] = [name, start?.seconds, firmware.value, maintainer]
    guard case .batch(let rules) = priority else { return fixed + [nil, nil, nil, nil, nil, nil, nil, nil] }
    return fixed + [
      rules.waves.map(\.text).joined(separator: " "), rules.successThreshold, rules.failureThreshold, rules.retries,
      rules.window?.first, rules.window?.end, rules.success == .installed ? 1 : 0, rules.endsWhenDone,
    ]
  }
}

extension RolloutPlan.Priority {
  /// Of a rollout's row.
  init(_ row: Row) throws {
    guard let waves: String = row[5] else {
      self = .immediately
      return
    }
    let first: Int? = row[9]
    let end: Int? = row[10]
    let known = waves.split(separator: " ").compactMap { BatchRules.Wave(text: $0) }
    let isInstalled: Bool = row[11]
    let rules = BatchRules(
      waves: known, successThreshold: row[6], failureThreshold: row[7], retries: row[8],
      window: first.flatMap { first in end.flatMap { DailyWindow(from: first, until: $0) } },
      success: isInstalled ? .installed : .confirmed, endsWhenDone: row[12])
    guard let rules, known.count == waves.split(separator: " ").count else {
      throw StoreError(table: "rollout", id: row[0])
    }
    self = .batch(rules)
  }
}
