import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import GRDB

extension SQLiteTransaction {
  private static let fields =
    "r.id, "
    + "\(RolloutPlan.columns), \(Rollout.columns)".split(whereSeparator: { ", \n".contains($0) })
    .map { "r.\($0)" }.joined(separator: ", ")
  private static let columns = "SELECT \(fields) FROM rollout r"

  private func rollout(_ row: Row) throws -> Rollout {
    let groups = try each("SELECT device_group FROM rollout_group WHERE rollout = ?", [row[0] as Int64]) {
      ID<DeviceGroup>($0[0])
    }
    return try Rollout(row, groups: Set(groups))
  }

  func rollout(_ id: ID<Rollout>) throws -> Rollout? {
    try first("\(Self.columns) WHERE r.workspace = ? AND r.id = ?", [workspace, id.value], rollout)
  }

  func rollouts(_ listing: Listing<RolloutFilter>) throws -> Page<Rollout> {
    let filter = listing.filter
    var conditions = RowConditions(workspace, prefix: "r.")
    conditions.add(called: filter.called, search: filter.search, in: "rollout")
    if let phase = filter.phase { conditions.add("phase = ?", StoredNumbers.phases.number(of: phase)) }
    if filter.group != nil || filter.firmware != nil { conditions.isSelective = true }
    if let group = filter.group {
      conditions.add("id IN (SELECT rollout FROM rollout_group WHERE device_group = ?)", group.value)
    }
    if let firmware = filter.firmware { conditions.add("firmware = ?", firmware.value) }
    return try page(
      Self.fields, of: "rollout r", conditions, by: listing.sort == .name ? "name" : nil, listing, rollout)
  }

  /// Begins with the group, because the workspace may have many rollouts to other groups.
  private func unended(
    of group: ID<DeviceGroup>, _ condition: String = "", _ values: [Int64] = [], limit: Int = -1
  ) throws -> [Rollout] {
    try each(
      """
      SELECT \(Self.fields) FROM rollout_group g CROSS JOIN rollout r ON r.id = g.rollout
      WHERE g.device_group = ? AND g.ended = 0 AND +r.workspace = ? \(condition) ORDER BY r.place DESC, r.id LIMIT ?
      """, [group.value, workspace] + values + [Int64(limit)], rollout)
  }

  func unendedRollouts(of group: ID<DeviceGroup>) throws -> [Rollout] { try unended(of: group) }

  func activeRollouts(of group: ID<DeviceGroup>) throws -> [Rollout] {
    try unended(of: group, "AND +r.phase IN (1, 2, 3)")
  }

  func openRollouts(of group: ID<DeviceGroup>, above order: Int64) throws -> [Rollout] {
    let condition = "AND +r.phase IN (1, 2, 3) AND r.disabled = 0"
    let all = try known?.openRollouts(of: group, in: workspace) { try unended(of: group, condition, limit: $0) }
    if let all { return all.filter { $0.order > order } }
    return try unended(of: group, "\(condition) AND r.place > ?", [order])
  }

  func isUsed(_ firmware: ID<Firmware>) throws -> Bool {
    try one("SELECT 1 FROM rollout WHERE firmware = ? AND +workspace = ? LIMIT 1", [firmware.value, workspace]) != nil
  }

  func isRollingOut() throws -> Bool {
    try one(
      "SELECT 1 FROM rollout WHERE workspace = ? AND phase = ? AND disabled = 0 LIMIT 1",
      [workspace, StoredNumbers.phases.number(of: .running)]) != nil
  }

  func dueRollouts(at now: Instant) throws -> [ID<Rollout>] {
    try all(
      """
      SELECT id FROM rollout WHERE workspace = ? AND phase = 0 AND disabled = 0 AND start <= ?
      AND (needs_approval = 0 OR approved_by IS NOT NULL) ORDER BY start, id
      """, [workspace, now.seconds]
    ).map { ID($0[0]) }
  }

  func phases() throws -> [Phase: Int] {
    var phases: [Phase: Int] = [:]
    for row in try all("SELECT phase, count(*) FROM rollout WHERE workspace = ? GROUP BY phase", [workspace]) {
      if let phase = StoredNumbers.phases.value(of: row[0]) { phases[phase] = row[1] }
    }
    return phases
  }

  func startedRollouts() throws -> [ID<Rollout>] {
    try all("SELECT id FROM rollout WHERE workspace = ? AND phase IN (1, 2, 3) ORDER BY id", [workspace])
      .map { ID($0[0]) }
  }

  func rollout(order: Int64) throws -> Rollout? {
    try one("\(Self.columns) WHERE r.workspace = ? AND r.place = ?", [workspace, order]).map(rollout)
  }

  func activeRollouts(withRecordOf device: ID<Device>) throws -> [Rollout] {
    try all(
      """
      \(Self.columns) CROSS JOIN record c ON c.device = ? AND c.rollout = r.id
      WHERE r.workspace = ? AND r.phase IN (1, 2, 3) ORDER BY +r.id
      """, [device.value, workspace]
    ).map(rollout)
  }

  func rollouts(bringing contentID: String) throws -> [Rollout] {
    try all(
      """
      SELECT \(Self.fields) FROM firmware f CROSS JOIN rollout r ON r.firmware = f.id
      WHERE f.workspace = ? AND f.cid = ? AND +r.workspace = ? ORDER BY r.place DESC, r.id DESC
      """, [workspace, contentID, workspace]
    ).map(rollout)
  }

  func rollouts(bringing release: Digest, to device: ID<Device>) throws -> [Rollout] {
    try all(
      """
      SELECT \(Self.fields) FROM firmware f CROSS JOIN rollout r ON r.firmware = f.id
      CROSS JOIN record c ON c.device = ? AND c.rollout = r.id
      WHERE f.workspace = ? AND f.release = ? AND +r.workspace = ? ORDER BY r.place DESC, r.id DESC
      """, [device.value, workspace, release.data, workspace]
    ).map(rollout)
  }

  func newestRollout(withRecordOf device: ID<Device>) throws -> Rollout? {
    try one(
      """
      SELECT \(Self.fields) FROM record c CROSS JOIN rollout r ON r.id = c.rollout
      WHERE c.device = ? AND +r.workspace = ? ORDER BY r.place DESC, r.id DESC LIMIT 1
      """, [device.value, workspace]
    ).map(rollout)
  }

  func add(_ rollout: Rollout) throws -> Rollout {
    var added = rollout
    let values = [workspace] + rollout.plan.values + rollout.values
    added.id = ID(
      try run(
        """
        INSERT INTO rollout (workspace, \(RolloutPlan.columns), \(Rollout.columns))
        VALUES (\(values.map { _ in "?" }.joined(separator: ", ")))
        """, values))
    for group in rollout.plan.groups {
      try run(
        "INSERT INTO rollout_group (device_group, rollout, ended) VALUES (?, ?, ?)",
        [group.value, added.id.value, rollout.isEnded])
    }
    return added
  }

  func put(_ rollout: Rollout) throws {
    // The phase rarely changes. In a statement of its own, it does not write the indexes at each report of a device.
    let values = rollout.values
    try run(
      "UPDATE rollout SET phase = ? WHERE workspace = ? AND id = ? AND phase <> ?",
      [values[0], workspace, rollout.id.value, values[0]])
    try run(
      """
      UPDATE rollout SET (\(Rollout.otherColumns)) = (\(Rollout.otherMarks)) WHERE workspace = ? AND id = ?
      """, values.dropFirst() + [workspace, rollout.id.value])
  }

  func nextOrder() throws -> Int64 {
    try run("UPDATE workspace SET last_order = last_order + 1 WHERE id = ?", [workspace])
    guard let row = try one("SELECT last_order FROM workspace WHERE id = ?", [workspace]) else {
      throw PlatformError.notFound(.workspace)
    }
    return row[0]
  }
}

extension Rollout {
  fileprivate init(_ row: Row, groups: Set<ID<DeviceGroup>>) throws {
    let end = RolloutPlan.end
    guard let phase = StoredNumbers.phases.value(of: row[end]) else { throw StoreError(table: "rollout", id: row[0]) }
    self.init(id: ID(row[0]), plan: try RolloutPlan(row, groups: groups))
    let started: Int64? = row[end + 2]
    (self.phase, isDisabled, self.started) = (phase, row[end + 1], started.map { Instant($0) })
    (order, wave) = (row[end + 3], row[end + 4])
    (tally.offered, tally.downloading, tally.installed) = (row[end + 5], row[end + 6], row[end + 7])
    (tally.confirmed, tally.failed, tally.skipped) = (row[end + 8], row[end + 9], row[end + 10])
    (forgivenFailures, round, finalMembers) = (row[end + 11], row[end + 12], row[end + 13])
    tally.installedUnconfirmable = row[end + 14]
    let disabled: String = row[end + 15]
    disabledGroups = Set(disabled.split(separator: " ").compactMap { Int64($0) }.map { ID($0) })
    (tally.stalled, tally.queued) = (row[end + 16], row[end + 17])
    (elapsed, age, thresholdMet, credit) = (row[end + 18], row[end + 19], row[end + 20], row[end + 21])
    approvedBy = row[end + 22]
    let planned: Int64? = row[end + 23]
    self.planned = planned.map { Instant($0) }
  }

  /// The columns that change, in the order of ``values``.
  fileprivate static let columns = "phase, \(otherColumns)"

  /// The columns without the phase.
  fileprivate static let otherColumns = """
    disabled, started, place, wave, offered, downloading, installed, confirmed, failed, skipped, forgiven, round,
    final_members, unconfirmable, disabled_groups, stalled, queued, elapsed, age, threshold_met, credit, approved_by,
    planned_at
    """

  fileprivate static let otherMarks = otherColumns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")

  /// The columns that change.
  fileprivate var values: [(any DatabaseValueConvertible)?] {
    [
      StoredNumbers.phases.number(of: phase), isDisabled, started?.seconds, order, wave, tally.offered,
      tally.downloading, tally.installed,
      tally.confirmed, tally.failed, tally.skipped, forgivenFailures, round, finalMembers,
      tally.installedUnconfirmable, disabledGroups.map(\.value).sorted().map { "\($0)" }.joined(separator: " "),
      tally.stalled, tally.queued, elapsed, age, thresholdMet, credit, approvedBy,
      planned?.seconds,
    ]
  }
}
