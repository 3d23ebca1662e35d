import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import GRDB

// Withdrawal, deletion and retention.
extension SQLiteTransaction {
  func retention() throws -> Retention {
    let row = try one(
      "SELECT rollout_days, record_days, upload_hours FROM retention WHERE workspace = ?", [workspace])
    return row.map { Retention(rolloutDays: $0[0], recordDays: $0[1], uploadHours: $0[2]) } ?? .standard
  }

  func put(_ retention: Retention) throws {
    try run(
      "INSERT OR REPLACE INTO retention (workspace, rollout_days, record_days, upload_hours) VALUES (?, ?, ?, ?)",
      [workspace, retention.rolloutDays, retention.recordDays, retention.uploadHours])
  }

  func placementRules() throws -> [PlacementRule] {
    try all(
      "SELECT device_group, prefix, class, version, verifying FROM placement_rule WHERE workspace = ? ORDER BY place",
      [workspace]
    ).map { row in
      var rule = PlacementRule(group: ID(row[0]))
      (rule.namePrefix, rule.version, rule.isVerifying) = (row[1], row[3], row[4])
      rule.deviceClass = FixedBytes(data: row[2])
      return rule
    }
  }

  func setPlacementRules(_ rules: [PlacementRule]) throws {
    try run("DELETE FROM placement_rule WHERE workspace = ?", [workspace])
    for (place, rule) in rules.enumerated() {
      try run(
        """
        INSERT INTO placement_rule (workspace, place, device_group, prefix, class, version, verifying)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [
          workspace, place, rule.group.value, rule.namePrefix, rule.deviceClass?.data, rule.version, rule.isVerifying,
        ])
    }
  }

  func put(_ firmware: Firmware) throws {
    readFirmware[firmware.id] = nil
    try run(
      "UPDATE firmware SET withdrawn = ? WHERE workspace = ? AND id = ?",
      [firmware.withdrawn?.seconds, workspace, firmware.id.value])
  }

  func remove(_ firmware: ID<Firmware>) throws {
    readFirmware[firmware] = nil
    try run("DELETE FROM firmware WHERE workspace = ? AND id = ?", [workspace, firmware.value])
  }

  func remove(_ rollout: ID<Rollout>) throws {
    guard try self.rollout(rollout) != nil else { throw PlatformError.notFound(.rollout) }
    try run("DELETE FROM rollout_group WHERE rollout = ?", [rollout.value])
    try run("DELETE FROM rollout WHERE workspace = ? AND id = ?", [workspace, rollout.value])
  }

  func remove(_ group: ID<DeviceGroup>) throws {
    guard try deviceGroup(group) != nil else { throw PlatformError.notFound(.deviceGroup) }
    // Only ended rollouts name the group now.
    try run("DELETE FROM rollout_group WHERE device_group = ?", [group.value])
    try run("DELETE FROM population WHERE device_group = ?", [group.value])
    try run("DELETE FROM device_group WHERE workspace = ? AND id = ?", [workspace, group.value])
  }

  func remove(_ group: ID<FileGroup>) throws {
    try run("DELETE FROM file_group WHERE workspace = ? AND id = ?", [workspace, group.value])
  }

  func removeRecords(of rollout: ID<Rollout>, limit: Int) throws -> Int {
    guard let order = try self.rollout(rollout)?.order else { throw PlatformError.notFound(.rollout) }
    let records = try all(
      "SELECT device, state FROM record WHERE rollout = ? ORDER BY device LIMIT ?", [rollout.value, limit])
    for row in records {
      let device: Int64 = row[0]
      if let state = StoredNumbers.states.value(of: row[1]), state.mayBeInstalled {
        try run("UPDATE device SET kept_order = max(kept_order, ?) WHERE id = ?", [order, device])
      }
      try run("DELETE FROM record WHERE device = ? AND rollout = ?", [device, rollout.value])
    }
    if records.isEmpty {
      try run(
        "UPDATE rollout SET pruned = 1 WHERE workspace = ? AND id = ? AND pruned = 0", [workspace, rollout.value])
    }
    return records.count
  }

  func noteEnds(at now: Instant) throws {
    let ended = StoredNumbers.phases.indices.filter { StoredNumbers.phases[$0].isEnded }.map { "\($0)" }
    try run(
      """
      UPDATE rollout SET ended_at = ?
      WHERE workspace = ? AND ended_at IS NULL AND phase IN (\(ended.joined(separator: ", ")))
      """, [now.seconds, workspace])
  }

  func rolloutsWithOldRecords(
    before limit: Instant, except damaged: Set<ID<Rollout>>
  ) throws -> [ID<Rollout>] {
    try ended("AND pruned = 0", before: limit, damaged)
  }

  func oldRollouts(before limit: Instant, except damaged: Set<ID<Rollout>>) throws -> [ID<Rollout>] {
    try ended("", before: limit, damaged)
  }

  private func ended(
    _ condition: String, before limit: Instant, _ damaged: Set<ID<Rollout>>
  ) throws -> [ID<Rollout>] {
    let marks = damaged.map { _ in "?" }.joined(separator: ", ")
    return try all(
      """
      SELECT id FROM rollout WHERE workspace = ? AND ended_at < ? \(condition) AND id NOT IN (\(marks))
      ORDER BY ended_at LIMIT 20
      """, [workspace, limit.seconds] + damaged.map(\.value)
    ).map { ID($0[0]) }
  }
}
