import AsvinHost
package import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import GRDB

/// The restoration of a backup into an empty folder.
package struct Restoration: Sendable {
  private let backup: DataLayout
  private let target: DataLayout
  private let now: Instant

  /// The number by which the ids of every kind rise, so that an id that was assigned after the backup is not assigned
  /// again. asvin's clients read ids into 32 bits, which leaves room for 2000 restorations.
  package static let defaultStep: Int64 = 1_000_000

  /// Ids rise by this number.
  private let step: Int64
  /// Whether rollouts continue without an operator.
  private let continuesRollouts: Bool

  package init(
    of backup: String, into folder: String, step: Int64 = Self.defaultStep, continuesRollouts: Bool = false,
    at now: Instant
  ) {
    (self.backup, target, self.now) = (DataLayout(backup), DataLayout(folder), now)
    (self.step, self.continuesRollouts) = (step, continuesRollouts)
  }

  package struct Result: Encodable, Sendable {
    package let created: String
    package let objects: Int
    package let lostObjects: Int
    /// Rollouts that were disabled or paused, by workspace.
    package let heldRollouts: [String]
    /// The number by which ids rose.
    package let idStep: Int64
  }

  /// Restores the backup. The caller holds the lock of the folder.
  ///
  /// A mark in the folder shows that it is not complete. It is removed last. If the restoration fails, the folder is empty
  /// afterwards. A folder of an interrupted restoration is restored again.
  ///
  /// - Throws: ``Failure``, ``NoBackup``, ``LaterVersion``, ``DamagedDatabase``, `FileError`, an error of SQLite.
  package func run() async throws -> Result {
    let note = try BackupNote.read(in: backup.folder)
    let unknown = Set(note.schema).subtracting(Migrations.migrator.migrations)
    guard unknown.isEmpty else { throw LaterVersion(migrations: unknown.sorted()) }
    try requireEmpty()
    do {
      let mark = try OutputFile(target.restoringMark, permissions: 0o600, replacing: .existing, durability: .flushed)
      try mark.write(Array("the restoration is not complete\n".utf8))
      try mark.commit()
      try copy(note)
      let held = try await adopt(note)
      try FileSystem.remove(target.restoringMark)
      try FileSystem.flushFolder(target.folder)
      return Result(
        created: note.created, objects: note.objects.count, lostObjects: note.lost.count, heldRollouts: held,
        idStep: step)
    } catch {
      try? clear()  // otherwise the mark remains
      throw error
    }
  }

  /// Refuses a folder with data, and clears one whose restoration was interrupted.
  private func requireEmpty() throws {
    if target.isHalfRestored { return try clear() }
    let entries = try FileManager.default.contentsOfDirectory(atPath: target.folder)
    guard let first = entries.filter({ !["lock", "lost+found"].contains($0) }).min() else { return }
    throw Failure(
      .cannotWrite, "the folder '\(target.folder)' is not empty: it has '\(first)'",
      hint: "restore into a new folder, and move it to its place afterwards")
  }

  /// Removes the restored files, and the mark last.
  private func clear() throws {
    for path in [target.database, "\(target.database)-wal", "\(target.database)-shm", target.tokenKey] {
      try FileSystem.remove(path)
    }
    if FileSystem.exists(target.objects) { try FileManager.default.removeItem(atPath: target.objects) }
    try FileSystem.remove(target.restoringMark)
  }

  private func copy(_ note: BackupNote) throws {
    try FileManager.default.createDirectory(atPath: target.bundles, withIntermediateDirectories: true)
    for part in note.objects {
      try restore(backup.object(part.sha256), to: target.object(part.sha256), part, permissions: 0o444)
    }
    try restore(backup.database, to: target.database, note.database, permissions: 0o600)
    guard let key = note.tokenKey else { return }
    try restore(backup.tokenKey, to: target.tokenKey, key, permissions: 0o600)
  }

  private func restore(_ source: String, to path: String, _ part: BackupNote.Part, permissions: UInt32) throws {
    do {
      try CopiedFile.copy(source, to: path, digest: part.sha256, permissions: permissions)
    } catch is OtherDigest {
      throw Failure(
        .rejected, "'\(source)' does not have the SHA-256 that backup.json states", hint: "use another backup")
    } catch let error as FileError where error.isMissing && error.operation == .open {
      throw Failure(.rejected, "'\(source)' is missing in the backup", hint: "use another backup")
    }
  }

  /// Makes the restored database the present one.
  ///
  /// - Returns: the rollouts that were held.
  private func adopt(_ note: BackupNote) async throws -> [String] {
    let store = try SQLiteStore(path: target.database)
    try await store.raiseIDs(by: step)
    var held: [String] = []
    for workspace in try await store.workspaces() {
      held += try await store.write(in: workspace.id) { [continuesRollouts, now] rows in
        try rows.record(.restorePlatform, "backup of \(note.created)", by: "platform", at: now)
        let rollouts = continuesRollouts ? [] : try rows.holdRollouts(because: "of a restoration", at: now)
        return rollouts.map { "workspace \(workspace.id.value): rollout \($0.id.value) \($0.plan.name)" }
      }
    }
    try store.close()
    return held
  }
}

extension SQLiteStore {
  /// Raises the next id of every table, so that ids which were assigned after a backup are not assigned again.
  func raiseIDs(by step: Int64) async throws {
    try await change { database in
      try DatabaseCopy.requireIntact(database)
      let tables = try String.fetchAll(
        database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
      for table in tables {
        let last = try Int64.fetchOne(
          database, sql: "SELECT seq FROM sqlite_sequence WHERE name = ?", arguments: [table])
        let (next, isTooLarge) = (last ?? 0).addingReportingOverflow(step)
        guard !isTooLarge, next < PlatformLimit.largestID else {
          throw Failure(.usage, "ids cannot rise by \(step)", hint: "give a smaller --id-step")
        }
        try database.execute(sql: "DELETE FROM sqlite_sequence WHERE name = ?", arguments: [table])
        try database.execute(sql: "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", arguments: [table, next])
      }
    }
  }
}
