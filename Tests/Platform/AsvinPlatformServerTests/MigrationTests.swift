import AsvinFixtures
import AsvinPlatform
import AsvinPlatformStore
import AsvinManifest
import Testing

/// Changes a database as a program of another make would, with Python's SQLite.
enum Database {
  static func change(_ path: String, _ statements: [String]) async throws {
    let script =
      (["import sqlite3, sys", "c = sqlite3.connect(sys.argv[1])"]
      + statements.map { "c.execute(\"\"\"\($0)\"\"\")" } + ["c.commit()", "print('changed')"]).joined(separator: "\n")
    let output = try await Shell.output(of: "python3 - '\(path)' <<'END'\n\(script)\nEND")
    try #require(output == "changed\n", "\(output)")
  }
}

@Suite("Databases of the version before", .usesScratch) struct MigrationTests {
  /// What takes a database back to its first tables.
  private static let back =
    [
      "DROP TABLE population", "DROP INDEX device_by_group", "DROP INDEX firmware_by_release",
      "DELETE FROM grdb_migrations WHERE identifier LIKE 'rollouts count%'",
    ]
    + [
      ("firmware", "chip"), ("record", "round"), ("record", "counted"), ("rollout", "round"),
      ("rollout", "final_members"), ("rollout", "unconfirmable"), ("rollout", "disabled_groups"),
    ].map { "ALTER TABLE \($0) DROP COLUMN \($1)" }

  @Test("Members are counted by audience, and rollouts that are not over count anew who can take them")
  func populations() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let (suited, other) = (Identifier { _ in 1 }, Identifier { _ in 2 })
      let workspace = try await SQLiteStore(path: path).add(
        Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      let (group, rollout) = try await SQLiteStore(path: path).write(in: workspace.id) { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: "g"))
        let files = try rows.add(FileGroup(id: ID(0), name: "f"))
        let release = Firmware.Release(
          digest: Digest(), sequence: 1, deviceClass: suited, envelope: [], bundle: Digest())
        let firmware = try rows.add(
          Firmware(
            id: ID(0), fileGroup: files.id, name: "f", version: "1", image: Firmware.Content(of: [1]), release: release)
        )
        let rollout = try rows.add(
          Rollout(
            id: ID(0),
            plan: RolloutPlan(
              name: "r", priority: .batch(#require(BatchRules(waves: [.count(9)], endsWhenDone: false))), start: nil,
              groups: [group.id], firmware: firmware.id, maintainer: "m")))
        _ = try rows.start(rollout.id, at: Instant(0))
        for (number, deviceClass) in [nil, suited, other].enumerated() {
          let name = try #require(DeviceName("device \(number)"))
          var device: Device
          if let deviceClass {
            let key = FixedBytes<32> { _ in UInt8(number) }
            let enrolment = Enrolment(
              name: name, label: nil, firmwareVersion: "1", deviceClass: deviceClass, key: key)
            device = try rows.enrol(enrolment, at: Instant(0)).device
          } else {
            device = try rows.register(name, label: nil, firmwareVersion: "1", at: Instant(0)).device
          }
          try rows.place(&device, .grouped(group.id))
          try rows.put(DeviceRecord(.installed, at: Instant(0)), rollout.id, device.id)
        }
        return (group.id, rollout.id)
      }
      try await Database.change(path, Self.back + ["UPDATE rollout SET installed = 3, forgiven = 7"])
      let (members, known) = try await SQLiteStore(path: path).read(in: workspace.id) { rows in
        (
          try [Audience.legacy, .verifying(suited), .verifying(other)].map { try rows.members(of: group, $0) },
          try #require(try rows.rollout(rollout))
        )
      }
      #expect(members == [1, 1, 1])
      #expect(known.tally.installed == 2 && known.tally.installedUnconfirmable == 1 && known.forgivenFailures == 0)
    }
  }
}
