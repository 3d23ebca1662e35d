import AsvinPlatform
import AsvinPlatformAPI
import AsvinManifest
import GRDB

extension SQLiteTransaction {
  func failureReasons(of rollout: ID<Rollout>) throws -> [UInt8: Int] {
    guard try self.rollout(rollout) != nil else { return [:] }
    let rows = try all(
      "SELECT reason, count(*) FROM record WHERE rollout = ? AND state = 4 GROUP BY reason", [rollout.value])
    return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
  }

  func recount(_ rollout: Rollout, deviceClass: Identifier?) throws -> (tally: RolloutTally, forgiven: Int) {
    guard try self.rollout(rollout.id) != nil else { throw PlatformError.notFound(.rollout) }
    let disabled = rollout.disabledGroups.map { " \($0.value) " }.joined()
    let isReached = """
      EXISTS (
        SELECT 1 FROM device d JOIN rollout_group g ON g.device_group = d.device_group AND g.rollout = record.rollout
        WHERE d.id = record.device AND instr(?, ' ' || d.device_group || ' ') = 0 AND (d.key IS NULL OR d.class = ?))
      """
    // As in `DeviceRecord.count`: the time for a state begins again when the record counts again.
    try run(
      """
      UPDATE record SET due = CASE state WHEN 0 THEN ? WHEN 1 THEN ?
        ELSE (SELECT CASE WHEN d.key IS NULL THEN NULL ELSE ? END FROM device d WHERE d.id = record.device) END
      WHERE rollout = ? AND counted = 0 AND state <= 2 AND \(isReached)
      """,
      [
        rollout.due(.offered, canConfirm: true), rollout.due(.downloading, canConfirm: true),
        rollout.due(.installed, canConfirm: true), rollout.id.value, disabled, deviceClass?.data,
      ])
    try run(
      "UPDATE record SET counted = \(isReached) WHERE rollout = ?", [disabled, deviceClass?.data, rollout.id.value])
    return try counted(rollout)
  }

  /// Counts the records of a rollout that are counted in its groups.
  func counted(_ rollout: Rollout) throws -> (tally: RolloutTally, forgiven: Int) {
    let rows = try all(
      """
      SELECT c.state, d.key IS NOT NULL, count(*), sum(c.round < ?) FROM record c JOIN device d ON d.id = c.device
      WHERE c.rollout = ? AND c.counted = 1 GROUP BY 1, 2
      """, [rollout.round, rollout.id.value])
    var (tally, forgiven) = (RolloutTally(), 0)
    for row in rows {
      guard let state = StoredNumbers.states.value(of: row[0]) else {
        throw StoreError(table: "record", id: rollout.id.value)
      }
      tally.add(row[2], to: state, canConfirm: row[1])
      if rollout.isFailure(state) { forgiven += row[3] as Int }
    }
    return (tally, forgiven)
  }
}
