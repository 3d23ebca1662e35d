import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import FoundationEssentials
import Testing

@testable import AsvinPlatformStore

@Suite("The audit log in the stores", .usesScratch) struct AuditStoreTests {
  private static let now = Instant(1_800_000_000)

  /// Changes of each kind, with the families of their entries.
  private static let changes: [(AuditFamily, @Sendable (any WriteTransaction, SampleRows) throws -> Void)] = [
    (.deviceGroup, { rows, _ in _ = try rows.add(DeviceGroup(id: ID(0), name: "new")) }),
    (.deviceGroup, { rows, all in try rows.put(DeviceGroup(id: all.deviceGroup.id, name: "renamed", members: 3)) }),
    (.fileGroup, { rows, _ in _ = try rows.add(FileGroup(id: ID(0), name: "new")) }),
    (
      .fileGroup,
      { rows, all in
        var group = all.fileGroup
        group.trust = [TrustedKey("another\nkey")]
        try rows.put(group)
      }
    ),
    (
      .device,
      { rows, all in
        var device = all.device
        device.location = .blacklisted
        try rows.put(device)
      }
    ),
    (.device, { rows, all in try rows.remove(all.device.id) }),
    (
      .rollout,
      { rows, all in
        var rollout = all.rollout
        rollout.phase = .finished
        try rows.put(rollout)
      }
    ),
    (
      .rollout,
      { rows, all in
        var rollout = all.rollout
        rollout.isDisabled.toggle()
        try rows.put(rollout)
      }
    ),
    (
      .rollout,
      { rows, all in
        _ = try rows.add(Rollout(id: ID(0), plan: all.rollout.plan))
      }
    ),
    (
      .upload,
      { rows, all in
        _ = try rows.add(Upload(id: ID(0), fileGroup: all.fileGroup.id, size: 1, digest: Digest(), created: now))
      }
    ),
    (
      .token,
      { rows, _ in
        _ = try rows.add(AccessToken(id: ID(0), name: "n", role: .viewer, digest: Digest(), created: now))
      }
    ),
  ]

  @Test(arguments: StoreKind.allCases)
  func `A change without an entry about it is refused, and nothing is written`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      let all = try await store.write(in: ours.id) { try SampleRows($0) }
      let audited = store.audited
      for (index, (family, change)) in Self.changes.enumerated() {
        // An entry about something else does not explain the change.
        let other: AuditAction = family == .device ? .startRollout : .moveToLobby
        await #expect(throws: UnrecordedChange([family]), "\(index)") {
          try await audited.write(in: ours.id) { rows in
            try change(rows, all)
            try rows.record(other, "x", by: "me", at: Self.now)
          }
        }
        let entries = try await store.read(in: ours.id) { try $0.auditEntries(after: 0, limit: 9) }
        #expect(entries.isEmpty, "\(index): the entry is not written either")
      }
      for (family, change) in Self.changes {
        guard let action = AuditAction.allCases.first(where: { $0.family == family }) else { continue }
        struct Undone: Error {}
        await #expect(throws: Undone.self) {
          try await audited.write(in: ours.id) { rows in
            try change(rows, all)
            try rows.record(action, "x", by: "me", at: Self.now)
            throw Undone()
          }
        }
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Reports of devices need no entry`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      let all = try await store.write(in: ours.id) { try SampleRows($0) }
      try await store.audited.write(in: ours.id) { rows in
        var (device, rollout) = (all.device, all.rollout)
        (device.firmwareVersion, device.seen, device.newestRollout) = ("3", Self.now, 4)
        rollout.tally.offered += 1
        try rows.put(device)
        try rows.put(rollout)
        try rows.put(DeviceRecord(at: Self.now), rollout.id, device.id)
      }
      let entry = try await store.read(in: ours.id) { try $0.lastAuditEntry() }
      #expect(entry == nil)
    }
  }

  @Test func `Every table and every column of the database is decided on`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      _ = try SQLiteStore(path: path)
      let script = """
        import sqlite3, sys
        c = sqlite3.connect(sys.argv[1])
        for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
          if not name.startswith("sqlite_") and name != "grdb_migrations":
            print(name, *[row[1] for row in c.execute(f"PRAGMA table_info({name})")])
        """
      let output = try await Shell.output(of: "python3 - '\(path)' <<'END'\n\(script)\nEND")
      let tables = output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(
        Set(tables.map { $0[0] }) == Set(AuditTables.coverage.keys), "a table needs a line in AuditTables.coverage")
      for table in tables {
        guard case .entries(_, let columns)? = AuditTables.coverage[table[0]] else { continue }
        let free = AuditTables.freeColumns[table[0]] ?? [:]
        #expect(
          Set(table.dropFirst()) == Set(columns).union(free.keys), "\(table[0]): a column needs a line in AuditTables")
        #expect(Set(columns).isDisjoint(with: free.keys))
      }
    }
  }

  @Test func `Every action belongs to a family, and every family that a table needs has an action`() {
    for action in AuditAction.allCases { #expect(action.family != nil, "\(action)") }
    let explained = AuditAction.allCases.reduce(into: Set<AuditFamily>()) { $0.formUnion($1.explains) }
    for (table, coverage) in AuditTables.coverage {
      guard case .entries(let family, _) = coverage, family != .account else { continue }
      #expect(explained.contains(family), "\(table)")
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Devices add a hundred entries an hour; the others are counted, and one entry states their number`(
    kind: StoreKind
  ) async throws {
    try await kind.with { store, ours, _ in
      let origin = AuditOrigin(name: "device", address: "192.0.2.7")
      for number in 1...250 {
        try await store.write(in: ours.id, from: origin) { rows in
          try rows.record(.enrolDevice, "device \(number)", by: "device", at: Self.now)
        }
      }
      try await store.write(in: ours.id) { rows in
        try rows.record(.deleteDevice, "device 1", by: "device 1", at: Self.now)
        try rows.record(.enrolDevice, "device 251", by: "an operator", at: Self.now)
        #expect(try rows.closeAuditShares(at: Self.now) == 0)
      }
      let early = try await store.read(in: ours.id) { try $0.auditEntries(after: 0, limit: 999) }
      #expect(early.count == 102, "another action and a person are not limited by it")
      #expect(early[0].address == "192.0.2.7" && early[0].token == nil)
      try await store.write(in: ours.id) { rows in
        #expect(try rows.closeAuditShares(at: Instant(Self.now.seconds + 3600)) == 150)
        #expect(try rows.closeAuditShares(at: Instant(Self.now.seconds + 3600)) == 0)
        try rows.record(.enrolDevice, "device 300", by: "device", at: Instant(Self.now.seconds + 3601))
      }
      let entries = try await store.read(in: ours.id) { try $0.auditEntries(after: 102, limit: 9) }
      #expect(entries.map(\.subject) == ["150 more from device 101 to device 250", "device 300"])
      #expect(entries[0].actor == "platform" && entries[0].details.first == AuditDetail("count", "150"))
      let all = early + entries
      #expect(AuditEntry.firstBreak(in: all, after: nil, of: ours.id) == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Old entries are removed up to a signed base, and the rest continues it`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      for workspace in [ours, theirs] {
        try await store.write(in: workspace.id) { rows in
          for number in 1...5 { try rows.record(.startRollout, "rollout \(number)", by: "me", at: Self.now) }
        }
      }
      let entries = try await store.read(in: ours.id) { try $0.auditEntries(after: 0, limit: 9) }
      for wrong in [
        AuditLink(number: 3, digest: Digest()), entries[4].link, AuditLink(number: 6, digest: Digest()), .start,
      ] {
        await #expect(throws: PlatformError.self) {
          _ = try await store.write(in: ours.id) { try $0.pruneAudit(to: AuditBase(link: wrong, proof: "x")) }
        }
      }
      let base = AuditBase(link: entries[2].link, proof: "signed")
      let count = try await store.write(in: ours.id) { try $0.pruneAudit(to: base) }
      #expect(count == 3)
      try await store.write(in: ours.id) { rows in
        #expect(try rows.auditBase() == base)
        #expect(try rows.auditEntries(after: 0, limit: 9) == Array(entries[3...]))
        try rows.record(.pruneAudit, "x", by: "platform", at: Self.now)
      }
      let rest = try await store.read(in: ours.id) { try $0.auditEntries(after: 3, limit: 9) }
      #expect(rest.map(\.number) == [4, 5, 6])
      #expect(AuditEntry.firstBreak(in: rest, after: base.link, of: ours.id) == nil)
      let other = try await store.read(in: theirs.id) { try $0.auditEntries(after: 0, limit: 9) }
      #expect(other.count == 5, "the log of another workspace stays")
    }
  }

  @Test func `SQLite refuses to remove or change entries, and to move the base back`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let store = try SQLiteStore(path: path)
      let ours = try await store.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      try await store.write(in: ours.id) { rows in
        for number in 1...5 { try rows.record(.startRollout, "rollout \(number)", by: "me", at: Self.now) }
        let link = try #require(try rows.auditEntries(after: 1, limit: 1).first?.link)
        _ = try rows.pruneAudit(to: AuditBase(link: link, proof: "signed"))
      }
      for statement in [
        "DELETE FROM audit WHERE number = 5", "UPDATE audit SET actor = 'you'", "DELETE FROM audit_base",
        "UPDATE audit_base SET number = 1",
      ] {
        let output = try await Shell.output(
          of:
            "python3 -c \"import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute(sys.argv[2])\" '\(path)' \"\(statement)\" 2>&1"
        )
        #expect(output.contains("append-only") || output.contains("only grows"), "\(statement): \(output)")
      }
    }
  }

  @Test func `A log from before the migration continues, and stays intact`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let ours = try await SQLiteStore(path: path).add(
        Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      let content = AuditContent(
        workspace: ours.id.value, number: 1, time: 7, actor: "me", token: nil, address: nil, action: "rollout.start",
        subject: "rollout 1", details: [], previous: Digest())
      let digest = try #require(content.digest(form: 1))
      try await Database.change(
        path,
        [
          "DROP TRIGGER audit_keeps", "DROP INDEX audit_event", "ALTER TABLE audit DROP COLUMN event",
          "DROP TABLE webhook",
          "DROP TABLE late_rollout",
          "DROP TRIGGER audit_base_grows", "DROP TRIGGER audit_base_keeps", "DROP TABLE audit_base",
          "DROP TABLE audit_share", "ALTER TABLE audit DROP COLUMN form", "ALTER TABLE audit DROP COLUMN token",
          "ALTER TABLE audit DROP COLUMN address", "ALTER TABLE audit DROP COLUMN details",
          "DELETE FROM grdb_migrations WHERE identifier LIKE 'the audit log has%'",
          "DELETE FROM grdb_migrations WHERE identifier LIKE 'events are found%'",
          "CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'append-only'); END",
          "INSERT INTO audit VALUES (1, 1, 7, 'me', 'rollout.start', 'rollout 1', zeroblob(32), x'\(digest.hexadecimal)')",
        ])
      let store = try SQLiteStore(path: path)
      try await store.write(in: ours.id) { rows in
        try rows.record(
          .pauseRollout, "rollout 1", [AuditDetail("plan", "ff")], by: "me", at: Instant(8))
      }
      let entries = try await store.read(in: ours.id) { try $0.auditEntries(after: 0, limit: 9) }
      #expect(entries.map(\.form) == [1, 2] && entries[1].details == [AuditDetail("plan", "ff")])
      #expect(AuditEntry.firstBreak(in: entries, after: nil, of: ours.id) == nil)
      // The digest of the old form, computed apart from this code:
      // array of 1, 1, 7, "me", "rollout.start", "rollout 1", and 32 zeros.
      let old: [UInt8] =
        [0x87, 0x01, 0x01, 0x07, 0x62] + Array("me".utf8) + [0x6D] + Array("rollout.start".utf8) + [0x69]
        + Array("rollout 1".utf8) + [0x58, 0x20] + [UInt8](repeating: 0, count: 32)
      #expect(SHA256.digest(of: old.span) == digest)
    }
  }
}
