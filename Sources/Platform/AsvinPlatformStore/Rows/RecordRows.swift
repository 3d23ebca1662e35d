import AsvinPlatform
import AsvinPlatformAPI
import GRDB

extension SQLiteTransaction {
  func record(_ rollout: ID<Rollout>, _ device: ID<Device>) throws -> DeviceRecord? {
    let row = try one(
      """
      SELECT c.state, c.failures, c.reason, c.progress, c.changed, c.round, c.counted FROM record c JOIN device d ON d.id = c.device
      WHERE c.device = ? AND c.rollout = ? AND d.workspace = ?
      """, [device.value, rollout.value, workspace])
    return try row.map { try DeviceRecord($0, at: 0, of: device) }
  }

  func records(
    of rollout: ID<Rollout>, after device: ID<Device>?, limit: Int
  ) throws -> [(ID<Device>, DeviceRecord)] {
    try all(
      """
      SELECT c.device, c.state, c.failures, c.reason, c.progress, c.changed, c.round, c.counted FROM record c
      JOIN rollout r ON r.id = c.rollout WHERE c.rollout = ? AND r.workspace = ? AND c.device > ?
      ORDER BY c.device LIMIT ?
      """, [rollout.value, workspace, device?.value ?? 0, limit]
    ).map { (ID($0[0]), try DeviceRecord($0, at: 1, of: ID($0[0]))) }
  }

  func unconfirmedRollouts(of device: ID<Device>) throws -> [ID<Rollout>] {
    try all(
      """
      SELECT c.rollout FROM record c JOIN device d ON d.id = c.device
      WHERE c.device = ? AND c.state IN (0, 1, 2) AND +d.workspace = ? ORDER BY c.rollout
      """, [device.value, workspace]
    ).map { ID($0[0]) }
  }

  func records(
    of device: ID<Device>, before rollout: ID<Rollout>?, limit: Int
  ) throws -> [(ID<Rollout>, DeviceRecord)] {
    try all(
      """
      SELECT c.rollout, c.state, c.failures, c.reason, c.progress, c.changed, c.round, c.counted FROM record c
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
    return row?[0] ?? 0
  }

  func put(_ record: DeviceRecord, _ rollout: ID<Rollout>, _ device: ID<Device>) throws {
    guard try self.rollout(rollout) != nil else { throw PlatformError.notFound(.rollout) }
    guard try self.device(device) != nil else { throw PlatformError.notFound(.device) }
    try run(
      """
      INSERT INTO record (device, rollout, state, failures, reason, progress, changed, round, counted)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, failures = excluded.failures,
      reason = excluded.reason, progress = excluded.progress, changed = excluded.changed, round = excluded.round,
      counted = excluded.counted
      """,
      [
        device.value, rollout.value, StoredNumbers.states.number(of: record.state), record.failures, record.reason,
        record.progress,
        record.changed.seconds, record.round, record.isCounted,
      ])
  }
}

extension DeviceRecord {
  fileprivate init(_ row: Row, at column: Int, of device: ID<Device>) throws {
    guard let state = StoredNumbers.states.value(of: row[column]) else {
      throw StoreError(table: "record", id: device.value)
    }
    self.init(
      state, failures: row[column + 1], reason: row[column + 2], progress: row[column + 3],
      changed: Instant(row[column + 4]), round: row[column + 5], isCounted: row[column + 6])
  }
}
