import AsvinFixtures
import AsvinHost
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import FoundationEssentials
import Synchronization
import Testing

@Suite("Backups", .usesScratch) struct BackupTests {
  @Test func `A backup under load has every write that was acknowledged before it began`() async throws {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      let load = Load()
      let source = platform.folder
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<4 {
          group.addTask {
            for number in 0... {
              if load.isEnding { return }
              load.add(try await platform.publish(Array("image \(writer) \(number)".utf8)))
            }
          }
        }
        for round in 0..<3 {
          while load.acknowledged.count < 50 * (round + 1) { try await Task.sleep(for: .milliseconds(5)) }
          let before = load.acknowledged
          _ = try Backup(of: source, to: scratch.path("backup \(round)")) { Instant(1) }.make()
          let target = try await scratch.restore("backup \(round)", as: "restored \(round)")
          for id in before {
            let found = try await target.store.read(in: platform.workspace.id) { try $0.firmware(id) }
            let firmware = try #require(found, "firmware \(id.value) was acknowledged")
            let object = try await target.objects.object(firmware.image.digest)
            #expect(object != nil)
          }
        }
        load.end()
        try await group.waitForAll()
      }
    }
  }

  @Test func `After a restoration no id is assigned again, and rollouts wait for an operator`() async throws {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      let group = try await platform.write { try $0.add(DeviceGroup(id: ID(0), name: "g")) }
      let firmware = try await platform.publish([1, 2, 3])
      let rollout = try await platform.write { rows in
        let plan = RolloutPlan(
          name: "r", batch: .everyone, start: nil, groups: [group.id], firmware: firmware, maintainer: "m")
        return try rows.start(try rows.add(Rollout(id: ID(0), plan: plan)).id, at: Instant(5))
      }
      _ = try Backup(of: platform.folder, to: scratch.path("backup")) { Instant(1_800_000_000) }.make()
      let lost = try await platform.enrol("enrolled after the backup")
      let restored = try await scratch.restore("backup", as: "restored")
      let (device, known, audit) = try await restored.store.write(in: platform.workspace.id) { rows in
        let name = try #require(DeviceName("another device"))
        let device = try rows.register(name, label: nil, firmwareVersion: "1", at: Instant(9)).device
        return (device, try rows.rollout(rollout.id), try rows.auditEntries(after: 0, limit: 99))
      }
      #expect(device.id.value > lost.id.value + 1000)
      #expect(known?.isDisabled == true && known?.phase == .running)
      #expect(audit.contains { $0.action == "platform.restore" && $0.subject.contains("2027-01-15T08:00:00Z") })
      #expect(audit.contains { $0.action == "rollout.disable" && $0.actor == "platform" })
      #expect(AuditEntry.firstBreak(in: audit, after: nil, of: platform.workspace.id) == nil)
      let findings = try await PlatformCheck(scratch.path("restored")).run(at: Instant(9))
      #expect(findings.problems.isEmpty, "\(findings.problems)")
      try await Database.change(scratch.path("restored/platform.sqlite"), ["UPDATE rollout SET offered = 5"])
      let wrong = try await PlatformCheck(scratch.path("restored")).run(at: Instant(9))
      #expect(wrong.problems.count == 1 && wrong.problems[0].contains("rollout \(rollout.id.value) counts"))
    }
  }

  @Test func `An object that is damaged or missing is found, and a backup names it`() async throws {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      _ = try await platform.publish([1, 2, 3])
      _ = try await platform.publish([4, 5, 6])
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(platform.folder)/objects/sha256").sorted()
      let path = "\(platform.folder)/objects/sha256/\(names[0])"
      try FileManager.default.removeItem(atPath: path)
      try scratch.write([9], to: "data/objects/sha256/\(names[0])")
      try FileManager.default.removeItem(atPath: "\(platform.folder)/objects/sha256/\(names[1])")
      let findings = try await PlatformCheck(platform.folder).run(at: .distant)
      #expect(findings.problems.count == 2)
      #expect(findings.problems.contains { $0.contains(names[0]) && $0.contains("other bytes") })
      #expect(findings.problems.contains { $0.contains(names[1]) && $0.contains("missing") })
      #expect(throws: Failure.self) { try Backup(of: platform.folder, to: scratch.path("b")) { Instant(1) }.make() }
      #expect(try !scratch.folders().contains { $0.hasPrefix("b") })
      let note = try Backup(of: platform.folder, to: scratch.path("b"), omitsLost: true) { Instant(1) }.make()
      #expect(note.lost == names)
    }
  }

  @Test func `An unused object is a warning after an hour`() async throws {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      _ = try await platform.objects.put([7, 7])
      let now = Instant(Int64(Date.now.timeIntervalSince1970))
      let early = try await PlatformCheck(platform.folder).run(at: now)
      let late = try await PlatformCheck(platform.folder).run(at: .distant)
      #expect(early.warnings.isEmpty && late.warnings == ["1 objects with 2 bytes belong to no firmware"])
      #expect(late.problems.isEmpty)
    }
  }

  @Test func `A wrong count and a broken audit log are found`() async throws {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      try await platform.write { rows in
        _ = try rows.add(DeviceGroup(id: ID(0), name: "g"))
        try rows.record(.createDeviceGroup, "device group 1", by: "x", at: Instant(1))
      }
      try await Database.change(
        "\(platform.folder)/platform.sqlite",
        ["UPDATE device_group SET members = 7", "DROP TRIGGER audit_stays", "UPDATE audit SET actor = 'y'"])
      let findings = try await PlatformCheck(platform.folder).run(at: Instant(1))
      #expect(findings.problems.contains { $0.contains("device group 1 counts 7 of 0") }, "\(findings.problems)")
      #expect(findings.problems.contains { $0.contains("audit log is broken at entry 1") }, "\(findings.problems)")
    }
  }

  @Test func `A backup with a changed or missing file is not restored, and the folder stays empty`() async throws {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      _ = try await platform.publish([1, 2, 3])
      _ = try Backup(of: platform.folder, to: scratch.path("backup")) { Instant(1) }.make()
      #expect(try BackupCheck.run(scratch.path("backup")).findings.problems.isEmpty)
      let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("backup")).filter {
        $0.hasPrefix("objects/sha256/") || $0 == "platform.sqlite"
      }
      #expect(files.count == 2)
      for file in files + ["backup.json"] {
        let name = "backup/\(file)"
        let bytes = try scratch.read(name)
        for change in [bytes + [0], nil] {
          try FileManager.default.removeItem(atPath: scratch.path(name))
          if let change { try scratch.write(file == "backup.json" ? Array(change.dropLast(9)) : change, to: name) }
          try FileManager.default.createDirectory(atPath: scratch.path("r"), withIntermediateDirectories: true)
          await #expect(throws: (any Error).self) {
            try await Restoration(of: scratch.path("backup"), into: scratch.path("r"), at: Instant(1)).run()
          }
          #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("r")).isEmpty)
          if file != "backup.json" {
            #expect(try BackupCheck.run(scratch.path("backup")).findings.problems.count == 1)
          }
          if change != nil { try FileManager.default.removeItem(atPath: scratch.path(name)) }
          try scratch.write(bytes, to: name)
        }
      }
    }
  }

  @Test func `A restoration that was interrupted is begun again, and a folder with data is refused`() async throws {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      _ = try Backup(of: platform.folder, to: scratch.path("backup")) { Instant(1) }.make()
      try scratch.write([1], to: "half/platform.sqlite")
      await #expect(throws: Failure.self) {
        try await Restoration(of: scratch.path("backup"), into: scratch.path("half"), at: Instant(1)).run()
      }
      #expect(try scratch.read("half/platform.sqlite") == [1])
      try scratch.write([], to: "half/restoring")
      _ = try await Restoration(of: scratch.path("backup"), into: scratch.path("half"), at: Instant(1)).run()
      #expect(!DataLayout(scratch.path("half")).isHalfRestored)
      #expect(try SchemaState.of(path: scratch.path("half/platform.sqlite")) == .current)
    }
  }

  @Test func `A database of a later version is neither opened nor restored, and an earlier one is upgraded`()
    async throws
  {
    try await Scratch.with { scratch in
      let platform = try await KeptPlatform(scratch)
      let path = "\(platform.folder)/platform.sqlite"
      #expect(try Upgrade.run(platform.folder, at: Instant(1)) == nil)
      try await Database.change(path, ["INSERT INTO grdb_migrations VALUES ('rollouts fly')"])
      #expect(throws: LaterVersion(migrations: ["rollouts fly"])) { try SQLiteStore(path: path) }
      #expect(throws: LaterVersion(migrations: ["rollouts fly"])) { try Upgrade.run(platform.folder, at: Instant(1)) }
      #expect(throws: LaterVersion(migrations: ["rollouts fly"])) {
        try Backup(of: platform.folder, to: scratch.path("later")) { Instant(1) }.make()
      }
      try await Database.change(
        path,
        [
          "DELETE FROM grdb_migrations WHERE identifier IN ('rollouts fly', 'devices have keys of two kinds')",
          "ALTER TABLE device DROP COLUMN key_kind",
        ])
      #expect(try SchemaState.of(path: path) == .earlier(["devices have keys of two kinds"]))
      let result = try #require(try Upgrade.run(platform.folder, at: Instant(1_800_000_000)))
      #expect(result.migrations == ["devices have keys of two kinds"])
      #expect(result.copy.hasSuffix("/platform-before-upgrade-20270115T080000Z.sqlite"))
      #expect(try SchemaState.of(path: path) == .current)
      #expect(try SchemaState.of(path: result.copy) == .earlier(["devices have keys of two kinds"]))
    }
  }
}

extension Instant {
  /// A time long after every test.
  fileprivate static let distant = Instant(9_000_000_000)
}

/// Writers, and the writes that were acknowledged to them.
private final class Load: Sendable {
  private let ids = Mutex<[ID<Firmware>]>([])
  private let hasEnded = Atomic(false)

  var acknowledged: [ID<Firmware>] { ids.withLock { $0 } }
  var isEnding: Bool { hasEnded.load(ordering: .relaxed) }

  func add(_ id: ID<Firmware>) { ids.withLock { $0.append(id) } }
  func end() { hasEnded.store(true, ordering: .relaxed) }
}

/// A platform in a data folder.
private struct KeptPlatform: Sendable {
  let folder: String
  let store: SQLiteStore
  let objects: FolderObjects
  let workspace: Workspace
  private let files: FileGroup

  init(_ scratch: Scratch) async throws {
    folder = scratch.path("data")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try SQLiteStore(path: "\(folder)/platform.sqlite")
    objects = try FolderObjects(folder: "\(folder)/objects")
    workspace = try await store.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
    files = try await store.write(in: workspace.id) { try $0.add(FileGroup(id: ID(0), name: "files")) }
  }

  func write<Result: Sendable>(_ body: @escaping @Sendable (any WriteTransaction) throws -> Result) async throws
    -> Result
  {
    try await store.write(in: workspace.id, body)
  }

  func publish(_ image: [UInt8]) async throws -> ID<Firmware> {
    _ = try await objects.put(image)
    let content = try Firmware.Content(of: image)
    return try await write { [files] rows in
      try rows.add(Firmware(id: ID(0), fileGroup: files.id, name: "blink", version: "1", image: content)).id
    }
  }

  func enrol(_ name: String) async throws -> Device {
    let name = try #require(DeviceName(name))
    return try await write { try $0.register(name, label: nil, firmwareVersion: "1", at: Instant(7)).device }
  }
}

extension Scratch {
  /// Restores a backup and opens it.
  fileprivate func restore(_ backup: String, as name: String) async throws -> (
    store: SQLiteStore, objects: FolderObjects
  ) {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    _ = try await Restoration(of: path(backup), into: path(name), at: Instant(1_800_000_100)).run()
    return (try SQLiteStore(path: path("\(name)/platform.sqlite")), try FolderObjects(folder: path("\(name)/objects")))
  }
}
