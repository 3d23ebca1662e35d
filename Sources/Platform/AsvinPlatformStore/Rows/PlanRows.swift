import AsvinPlatform
import AsvinPlatformAPI
import GRDB

extension RolloutPlan {
  /// The columns of a plan after its id, in the order of ``values``.
  static let columns = """
    name, start, firmware, maintainer, waves, success_threshold, failure_threshold, retries, window_first, window_end,
    success, ends_when_done, window_days, window_is_local, soak, at_once, bytes_per_second, stalled_rule, offered_limit,
    downloading_limit, installed_limit, deadline, needs_approval
    """
  /// The position of the first column after the plan in a row that begins with an id.
  static let end = 24

  /// The columns that do not change.
  var values: [(any DatabaseValueConvertible)?] {
    let fixed: [(any DatabaseValueConvertible)?] = [name, start?.seconds, firmware.value, maintainer]
    let last: [(any DatabaseValueConvertible)?] = [
      times.offered, times.downloading, times.installed, times.deadline, needsApproval,
    ]
    guard let rules = batch else {
      return fixed + [nil, nil, nil, nil, nil, nil, nil, nil, 127, false, 0, nil, nil, 0] + last
    }
    let batch: [(any DatabaseValueConvertible)?] = [
      rules.waves.map(\.text).joined(separator: " "), rules.successThreshold, rules.failureThreshold, rules.retries,
      rules.window?.first, rules.window?.end, rules.success == .installed ? 1 : 0, rules.endsWhenDone,
      rules.window?.storedDays ?? 127, rules.window?.isDeviceTime ?? false, rules.pace.soak, rules.pace.atOnce,
      rules.pace.bytesPerSecond, StoredNumbers.stalledRules.number(of: rules.pace.stalled),
    ]
    return fixed + batch + last
  }

  /// Reads the plan of a row that begins with its id.
  init(_ row: Row, groups: Set<ID<DeviceGroup>>) throws {
    let start: Int64? = row[2]
    let times = TimeRules(offered: row[19], downloading: row[20], installed: row[21], deadline: row[22])
    guard let times else { throw StoreError(table: "rollout", id: row[0]) }
    self.init(
      name: row[1], batch: try BatchRules.read(row), start: start.map { Instant($0) }, groups: groups,
      firmware: ID(row[3]), maintainer: row[4], times: times, needsApproval: row[23])
  }
}

extension BatchRules {
  /// Reads the rules of a rollout's row; `nil` for the priority *immediately*.
  fileprivate static func read(_ row: Row) throws -> BatchRules? {
    guard let waves: String = row[5] else { return nil }
    let known = waves.split(separator: " ").compactMap { Wave(text: $0) }
    let isInstalled: Bool = row[11]
    guard let stalled = StoredNumbers.stalledRules.value(of: row[18]) else {
      throw StoreError(table: "rollout", id: row[0])
    }
    let rules = BatchRules(
      waves: known, successThreshold: row[6], failureThreshold: row[7], retries: row[8], window: DailyWindow(row),
      success: isInstalled ? .installed : .confirmed, endsWhenDone: row[12],
      pace: Pace(soak: row[15], atOnce: row[16], bytesPerSecond: row[17], stalled: stalled))
    guard let rules, known.count == waves.split(separator: " ").count else {
      throw StoreError(table: "rollout", id: row[0])
    }
    return rules
  }
}

extension DailyWindow {
  fileprivate init?(_ row: Row) {
    let bits: Int = row[13]
    let days = Weekday.allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)
    guard let first: Int = row[9], let end: Int = row[10] else { return nil }
    self.init(from: first, until: end, days: Set(days), isDeviceTime: row[14])
  }

  /// The days as bits, Monday first.
  fileprivate var storedDays: Int {
    Weekday.allCases.enumerated().reduce(0) { $0 | (days.contains($1.element) ? 1 << $1.offset : 0) }
  }
}
