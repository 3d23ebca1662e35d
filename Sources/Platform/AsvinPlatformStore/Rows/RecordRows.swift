import AsvinPlatform
import AsvinPlatformAPI
import GRDB

extension SQLiteTransaction {
  func record(_ rollout: ID<Rollout>, _ device: ID<Device>) throws -> DeviceRecord? {
    try first(
      """
      SELECT \(DeviceRecord.columns)
      FROM record c JOIN device d ON d.id = c.device WHERE c.device = ? AND c.rollout = ? AND d.workspace = ?
      """, [device.value, rollout.value, workspace]
    ) { try DeviceRecord($0, at: 0, of: device) }
  }

  func records(
    of rollout: ID<Rollout>, after device: ID<Device>?, limit: Int
  ) throws -> [(ID<Device>, DeviceRecord)] {
    try all(
      """
      SELECT c.device, \(DeviceRecord.columns) FROM record c
      JOIN rollout r ON r.id = c.rollout WHERE c.rollout = ? AND r.workspace = ? AND c.device > ?
      ORDER BY c.device LIMIT ?
      """, [rollout.value, workspace, device?.value ?? 0, limit]
    ).map { (ID($0[0]), try DeviceRecord($0, at: 1, of: ID($0[0]))) }
  }

  func unconfirmedRollouts(of device: ID<Device>) throws -> [ID<Rollout>] {
    try all(
      """
      SELECT c.rollout FROM record c JOIN device d ON d.id = c.device
      WHERE c.device = ? AND c.state IN (0, 1, 2, 6, 7) AND +d.workspace = ? ORDER BY c.rollout
      """, [device.value, workspace]
    ).map { ID($0[0]) }
  }

  func records(
    of device: ID<Device>, before rollout: ID<Rollout>?, limit: Int
  ) throws -> [(ID<Rollout>, DeviceRecord)] {
    try all(
      """
      SELECT c.rollout, \(DeviceRecord.columns) FROM record c
      JOIN device d ON d.id = c.device WHERE c.device = ? AND +d.workspace = ? AND c.rollout < ?
      ORDER BY c.rollout DESC LIMIT ?
      """, [device.value, workspace, rollout?.value ?? .max, limit]
    ).map { (ID($0[0]), try DeviceRecord($0, at: 1, of: device)) }
  }

  func failure(_ rollout: ID<Rollout>, _ device: ID<Device>) throws -> DeviceFailure? {
    try one(
      """
      SELECT f.message, f.log FROM failure f JOIN device d ON d.id = f.device
      WHERE f.device = ? AND f.rollout = ? AND +d.workspace = ?
      """, [device.value, rollout.value, workspace]
    ).map { DeviceFailure(message: $0[0], log: $0[1]) }
  }

  func put(_ failure: DeviceFailure, _ rollout: ID<Rollout>, _ device: ID<Device>) throws {
    guard try record(rollout, device) != nil else { throw PlatformError.notFound(.rollout) }
    try run(
      "INSERT OR REPLACE INTO failure (device, rollout, message, log) VALUES (?, ?, ?, ?)",
      [device.value, rollout.value, failure.message, failure.log])
  }

  func newestOrder(of device: ID<Device>) throws -> Int64 {
    let states: [RecordState] = [.installed, .confirmed, .skipped]
    let numbers = states.compactMap { StoredNumbers.states.number(of: $0) }
    let row = try one(
      """
      SELECT coalesce(max(r.place), 0) FROM record c JOIN rollout r ON r.id = c.rollout
      WHERE c.device = ? AND r.workspace = ? AND c.state IN (\(numbers.map { "\($0)" }.joined(separator: ", ")))
      """, [device.value, workspace])
    let kept = try one("SELECT kept_order FROM device WHERE id = ? AND workspace = ?", [device.value, workspace])
    return max(row?[0] ?? 0, kept?[0] ?? 0)
  }

  func overdueDevices(of rollout: ID<Rollout>, at elapsed: Int64, limit: Int) throws -> [ID<Device>] {
    try all(
      """
      SELECT c.device FROM record c JOIN rollout r ON r.id = c.rollout
      WHERE c.rollout = ? AND c.due IS NOT NULL AND c.due <= ? AND c.state <= 2 AND c.counted = 1 AND r.workspace = ?
      ORDER BY c.due, c.device LIMIT ?
      """, [rollout.value, elapsed, workspace, limit]
    ).map { ID($0[0]) }
  }

  func requeue(_ rollout: ID<Rollout>, at now: Instant) throws -> Int {
    guard try self.rollout(rollout) != nil else { throw PlatformError.notFound(.rollout) }
    try run(
      """
      UPDATE record SET state = 7, failures = 0, progress = 0, due = NULL, changed = ?
      WHERE rollout = ? AND state IN (4, 6)
      """, [now.seconds, rollout.value])
    return database.changesCount
  }

  func put(_ record: DeviceRecord, _ rollout: ID<Rollout>, _ device: ID<Device>) throws {
    try require(.rollout, "SELECT 1 FROM rollout WHERE workspace = ? AND id = ?", rollout.value)
    try require(.device, "SELECT 1 FROM device WHERE workspace = ? AND id = ?", device.value)
    try run(
      """
      INSERT INTO record (device, rollout, state, failures, reason, progress, changed, round, counted, due, previous)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state,
      failures = excluded.failures, reason = excluded.reason, progress = excluded.progress, changed = excluded.changed,
      round = excluded.round, counted = excluded.counted, due = excluded.due, previous = excluded.previous
      """,
      [
        device.value, rollout.value, StoredNumbers.states.number(of: record.state), record.failures, record.reason,
        record.progress,
        record.changed.seconds, record.round, record.isCounted, record.due, record.previous,
      ])
  }

  /// Requires a row of the workspace. Reading all of it would be a large part of a device's first offer.
  private func require(_ kind: PlatformError.Kind, _ sql: String, _ id: Int64) throws {
    guard try one(sql, [workspace, id]) != nil else { throw PlatformError.notFound(kind) }
  }
}

extension DeviceRecord {
  /// The columns that a record is read from, in their order; `c` is the table.
  fileprivate static let columns =
    "c.state, c.failures, c.reason, c.progress, c.changed, c.round, c.counted, c.due, c.previous"

  fileprivate init(_ row: Row, at column: Int, of device: ID<Device>) throws {
    guard let state = StoredNumbers.states.value(of: row[column]) else {
      throw StoreError(table: "record", id: device.value)
    }
    self.init(
      state, failures: row[column + 1], reason: row[column + 2], progress: row[column + 3],
      changed: Instant(row[column + 4]), round: row[column + 5], isCounted: row[column + 6], due: row[column + 7],
      previous: row[column + 8])
  }
}
