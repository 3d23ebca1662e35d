import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import AsvinManifest
import Testing

@Suite("Migrations", .usesScratch) struct MigrationTests {
  /// The statements that restore the first tables.
  private static let back =
    [
      "DROP TABLE population", "DROP INDEX device_by_group", "DROP INDEX firmware_by_release",
      "DELETE FROM grdb_migrations WHERE identifier LIKE 'rollouts count%' OR identifier LIKE 'devices have keys%'",
      "ALTER TABLE device DROP COLUMN key_kind",
    ]
    + [
      ("firmware", "chip"), ("record", "round"), ("record", "counted"), ("rollout", "round"),
      ("rollout", "final_members"), ("rollout", "unconfirmable"), ("rollout", "disabled_groups"),
    ].map { "ALTER TABLE \($0) DROP COLUMN \($1)" }

  @Test func `Keys from before the migration are Ed25519 keys`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let key = DeviceKey.ed25519(FixedBytes { UInt8($0) })
      let workspace = try await SQLiteStore(path: path).add(
        Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      let device = try await SQLiteStore(path: path).write(in: workspace.id) { rows in
        let enrolment = Enrolment(
          name: try #require(DeviceName("d")), label: nil, firmwareVersion: "1", deviceClass: Identifier(), key: key)
        return try rows.enrol(enrolment, at: Instant(0)).device
      }
      try await Database.change(
        path,
        [
          "ALTER TABLE device DROP COLUMN key_kind",
          "DELETE FROM grdb_migrations WHERE identifier LIKE 'devices have keys%'",
        ])
      let known = try await SQLiteStore(path: path).read(in: workspace.id) { try $0.device(device.id) }
      #expect(known?.key == key)
    }
  }

  /// The columns of the migration "rollouts have time".
  private static let timeColumns = [
    (
      "rollout",
      "offered_limit downloading_limit installed_limit deadline soak at_once bytes_per_second stalled_rule window_days "
        + "window_is_local needs_approval stalled queued elapsed age threshold_met credit approved_by"
    ), ("record", "due previous"), ("device", "utc_offset fell_back"),
  ]

  @Test func `A rollout from before the migration has no limits, and its window is open every day, UTC`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let workspace = try await SQLiteStore(path: path).add(
        Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      let window = try #require(DailyWindow(from: 1320, until: 240))
      let rollout = try await SQLiteStore(path: path).write(in: workspace.id) { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: "g"))
        let files = try rows.add(FileGroup(id: ID(0), name: "f"))
        let firmware = try rows.add(
          Firmware(id: ID(0), fileGroup: files.id, name: "f", version: "1", image: Firmware.Content(of: [1])))
        let rules = try #require(BatchRules(waves: [.count(9)], failureThreshold: 7, window: window))
        let plan = RolloutPlan(
          name: "r", batch: rules, start: nil, groups: [group.id], firmware: firmware.id, maintainer: "m")
        return try rows.start(rows.plan(plan).id, at: Instant(0))
      }
      let drops = Self.timeColumns.flatMap { table, columns in
        columns.split(separator: " ").map { "ALTER TABLE \(table) DROP COLUMN \($0)" }
      }
      try await Database.change(
        path,
        ["DROP INDEX rollout_by_place", "DROP INDEX record_by_due"] + drops + [
          "DELETE FROM grdb_migrations WHERE identifier = 'rollouts have time'"
        ])
      let known = try await SQLiteStore(path: path).read(in: workspace.id) { try $0.rollout(rollout.id) }
      #expect(known == rollout && known?.plan.times == .unlimited && known?.plan.rules.window == window)
      try await SQLiteStore(path: path).write(in: workspace.id) { rows in
        try rows.passTime(running: 1 << 20, age: 1 << 30, at: Instant(1 << 40))
        #expect(try rows.rollout(rollout.id) == rollout)
      }
    }
  }

  @Test func `The migration counts members by audience and recounts the rollouts that have not ended`() async throws {
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
        let rules = try #require(BatchRules(waves: [.count(9)], endsWhenDone: false))
        let rollout = try rows.add(
          Rollout(
            id: ID(0),
            plan: RolloutPlan(
              name: "r", batch: rules, start: nil,
              groups: [group.id], firmware: firmware.id, maintainer: "m")))
        _ = try rows.start(rollout.id, at: Instant(0))
        for (number, deviceClass) in [nil, suited, other].enumerated() {
          let name = try #require(DeviceName("device \(number)"))
          var device: Device
          if let deviceClass {
            let key = DeviceKey.ed25519(FixedBytes { _ in UInt8(number) })
            let enrolment = Enrolment(
              name: name, label: nil, firmwareVersion: "1", deviceClass: deviceClass, key: key)
            device = try rows.enrol(enrolment, at: Instant(0)).device
          } else {
            device = try rows.register(name, label: nil, firmwareVersion: "1", at: Instant(0)).device
          }
          try rows.move(&device, to: .grouped(group.id))
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
