import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import GRDB

extension SQLiteTransaction {
  private static let fields = """
    r.id, r.name, r.start, r.firmware, r.maintainer, r.waves, r.success_threshold, r.failure_threshold, r.retries,
    r.window_first, r.window_end, r.success, r.ends_when_done, r.phase, r.disabled, r.started, r.place, r.wave, r.offered,
    r.downloading, r.installed, r.confirmed, r.failed, r.skipped, r.forgiven, r.round, r.final_members, r.unconfirmable,
    r.disabled_groups
    """
  private static let columns = "SELECT \(fields) FROM rollout r"

  private func rollout(_ row: Row) throws -> Rollout {
    let groups = try all("SELECT device_group FROM rollout_group WHERE rollout = ?", [row[0] as Int64])
    return try Rollout(row, groups: Set(groups.map { ID($0[0]) }))
  }

  func rollout(_ id: ID<Rollout>) throws -> Rollout? {
    try one("\(Self.columns) WHERE r.workspace = ? AND r.id = ?", [workspace, id.value]).map(rollout)
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
  private func unended(of group: ID<DeviceGroup>, _ condition: String = "") throws -> [Rollout] {
    try all(
      """
      SELECT \(Self.fields) FROM rollout_group g CROSS JOIN rollout r ON r.id = g.rollout
      WHERE g.device_group = ? AND g.ended = 0 AND +r.workspace = ? \(condition) ORDER BY r.place DESC, r.id
      """, [group.value, workspace]
    ).map(rollout)
  }

  func unendedRollouts(of group: ID<DeviceGroup>) throws -> [Rollout] { try unended(of: group) }

  func activeRollouts(of group: ID<DeviceGroup>) throws -> [Rollout] {
    try unended(of: group, "AND +r.phase IN (1, 2, 3)")
  }

  func openRollouts(of group: ID<DeviceGroup>, above order: Int64) throws -> [Rollout] {
    try unended(of: group, "AND +r.phase IN (1, 2, 3) AND r.disabled = 0 AND r.place > \(order)")
  }

  func isUsed(_ firmware: ID<Firmware>) throws -> Bool {
    try one("SELECT 1 FROM rollout WHERE firmware = ? AND +workspace = ? LIMIT 1", [firmware.value, workspace]) != nil
  }

  func dueRollouts(at now: Instant) throws -> [ID<Rollout>] {
    try all(
      "SELECT id FROM rollout WHERE workspace = ? AND phase = 0 AND disabled = 0 AND start <= ? ORDER BY start, id",
      [workspace, now.seconds]
    ).map { ID($0[0]) }
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
    added.id = ID(
      try run(
        """
        INSERT INTO rollout (workspace, name, start, firmware, maintainer, waves, success_threshold, failure_threshold,
        retries, window_first, window_end, success, ends_when_done, phase, disabled, started, place, wave, offered,
        downloading, installed, confirmed, failed, skipped, forgiven, round, final_members, unconfirmable, disabled_groups)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, [workspace] + rollout.plan.values + rollout.values))
    for group in rollout.plan.groups {
      try run(
        "INSERT INTO rollout_group (device_group, rollout, ended) VALUES (?, ?, ?)",
        [group.value, added.id.value, rollout.isEnded])
    }
    return added
  }

  func put(_ rollout: Rollout) throws {
    // The phase rarely changes. In a statement of its own, it does not write the indexes at each report of a device.
    try run(
      "UPDATE rollout SET phase = ? WHERE workspace = ? AND id = ? AND phase <> ?",
      [rollout.values[0], workspace, rollout.id.value, rollout.values[0]])
    try run(
      """
      UPDATE rollout SET disabled = ?, started = ?, place = ?, wave = ?, offered = ?, downloading = ?,
      installed = ?, confirmed = ?, failed = ?, skipped = ?, forgiven = ?, round = ?, final_members = ?, unconfirmable = ?,
      disabled_groups = ? WHERE workspace = ? AND id = ?
      """, rollout.values.dropFirst() + [workspace, rollout.id.value])
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
    let start: Int64? = row[2]
    let started: Int64? = row[15]
    guard let phase = StoredNumbers.phases.value(of: row[13]) else { throw StoreError(table: "rollout", id: row[0]) }
    let plan = RolloutPlan(
      name: row[1], batch: try BatchRules.read(row), start: start.map { Instant($0) }, groups: groups,
      firmware: ID(row[3]), maintainer: row[4])
    self.init(id: ID(row[0]), plan: plan)
    (self.phase, isDisabled, self.started) = (phase, row[14], started.map { Instant($0) })
    (order, wave, forgivenFailures, round, finalMembers) = (row[16], row[17], row[24], row[25], row[26])
    let disabled: String = row[28]
    disabledGroups = Set(disabled.split(separator: " ").compactMap { Int64($0) }.map { ID($0) })
    (tally.offered, tally.downloading, tally.installed) = (row[18], row[19], row[20])
    (tally.confirmed, tally.failed, tally.skipped) = (row[21], row[22], row[23])
    tally.installedUnconfirmable = row[27]
  }

  /// The columns that change.
  fileprivate var values: [(any DatabaseValueConvertible)?] {
    [
      StoredNumbers.phases.number(of: phase), isDisabled, started?.seconds, order, wave, tally.offered,
      tally.downloading, tally.installed,
      tally.confirmed, tally.failed, tally.skipped, forgivenFailures, round, finalMembers,
      tally.installedUnconfirmable, disabledGroups.map(\.value).sorted().map { "\($0)" }.joined(separator: " "),
    ]
  }
}
