import AsvinHost
package import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import GRDB

/// A check of a data folder: the database, every row, the counts, the audit logs, and the digest of every object. It
/// changes nothing and may run beside the server.
package struct PlatformCheck: Sendable {
  /// The findings.
  package struct Findings: Encodable, Sendable {
    /// Damage: the platform does not do what it must.
    package var problems: [String] = []
    /// Files that are not used.
    package var warnings: [String] = []
    package var workspaces = 0
    package var rows = 0
    package var objects = 0
    package var objectBytes: UInt64 = 0
  }

  private let layout: DataLayout
  /// Seconds for which a file without a row is expected, because its row may be about to be written.
  private static let grace = PlatformLimit.orphanSeconds

  package init(_ folder: String) { layout = DataLayout(folder) }

  /// - Parameter now: the time by the clock of the file system.
  /// - Throws: ``LaterVersion``, ``Failure``, an error of SQLite if the file is not a database.
  package func run(at now: Instant) async throws -> Findings {
    var findings = Findings()
    switch try SchemaState.of(path: layout.database) {
    case .missing:
      throw Failure(
        .inputMissing, "'\(layout.folder)' does not have a database", hint: "name the platform's folder with --data")
    case .later(let names): throw LaterVersion(migrations: names)
    case .earlier:
      throw Failure(
        .failed, "an earlier version of asvin-platform made the database in '\(layout.folder)'",
        hint: "run: asvin-platform upgrade --data \(layout.folder)")
    case .current: break
    }
    // Listed first: a file that appears later may be listed in the database already.
    let files = try objectFiles()
    let store = try SQLiteStore(path: layout.database)
    findings.problems += try await store.read { try DatabaseCopy.faults(of: $0) }
    for workspace in try await store.workspaces() {
      findings.workspaces += 1
      try await check(workspace.id, in: store, &findings)
    }
    try await checkObjects(files, in: store, &findings, at: now)
    try store.close()
    return findings
  }

  /// Reads every row of a workspace and compares the counts.
  private func check(_ workspace: ID<Workspace>, in store: SQLiteStore, _ findings: inout Findings) async throws {
    for read in CheckedRows.all {
      let place = CheckPlace()
      while await findings.add(workspace, in: store, { try read($0, place) }) {}
    }
  }

  private func objectFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: layout.bundles).sorted()
  }

  private func checkObjects(
    _ files: [String], in store: SQLiteStore, _ findings: inout Findings, at now: Instant
  ) async throws {
    let listed = try await store.read { try ListedObjects.all(in: $0) }
    for digest in listed.sorted() {
      findings.objects += 1
      do {
        let part = try BackupNote.Part(of: layout.object(digest))
        findings.objectBytes += part.bytes
        if part.sha256 != digest {
          findings.problems.append("object \(digest) has other bytes: publish the bundle again")
        }
      } catch let error as FileError {
        let fault = error.isMissing ? "is missing" : "cannot be read: \(error.reason)"
        findings.problems.append("object \(digest) \(fault): publish the bundle again")
      }
    }
    var (orphans, bytes) = (0, UInt64(0))
    for file in files where !listed.contains(file) {
      let path = layout.object(file)
      guard let changed = FileSystem.lastChange(of: path), now.seconds - changed > Self.grace else { continue }
      orphans += 1
      bytes += (try? WatchedFile(path).size) ?? 0  // a file that was removed meanwhile has no bytes
    }
    if orphans > 0 { findings.warnings.append("\(orphans) objects with \(bytes) bytes belong to no firmware") }
  }
}

extension PlatformCheck.Findings {
  /// Reads a page of rows of a workspace. Rows that cannot be read are a finding.
  ///
  /// - Returns: whether there is another page.
  fileprivate mutating func add(
    _ workspace: ID<Workspace>, in store: SQLiteStore,
    _ read: @escaping @Sendable (SQLiteTransaction) throws -> CheckedRows
  ) async -> Bool {
    let name = "workspace \(workspace.value)"
    do {
      let found = try await store.read { try read(SQLiteTransaction(database: $0, workspace: workspace.value)) }
      rows += found.rows
      problems += found.faults.map { "\(name): \($0)" }
      return found.hasMore
    } catch {
      problems.append("\(name): \(error)")
      return false
    }
  }
}
