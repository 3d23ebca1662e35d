import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import AsvinManifest
import Testing

/// The stores, which must behave alike.
enum StoreKind: CaseIterable {
  case memory, sqlite

  func with(_ body: @Sendable (any PlatformStore, Workspace, Workspace) async throws -> Void) async throws {
    try await Scratch.with { scratch in
      let store: any PlatformStore =
        switch self {
        case .memory: MemoryStore()
        case .sqlite: try SQLiteStore(path: scratch.path("platform.sqlite"))
        }
      let ours = try await store.add(
        Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["our-first", "our-second"]))
      let theirs = try await store.add(Workspace(id: ID(0), name: "theirs", customerKey: "d", deviceKeys: ["their"]))
      try await body(store, ours, theirs)
    }
  }
}

/// An entity of each kind.
struct SampleRows {
  let device: Device
  let deviceGroup: DeviceGroup
  let fileGroup: FileGroup
  let firmware: Firmware
  let rollout: Rollout

  init(_ rows: any WriteTransaction, sequence: UInt64 = .max) throws {
    deviceGroup = try rows.add(DeviceGroup(id: ID(0), name: "kitchens", members: 3))
    fileGroup = try rows.add(
      FileGroup(
        id: ID(0), name: "kettles", trust: [TrustedKey("first\nkey"), TrustedKey("second\nkey\n", expires: Instant(7))])
    )
    let name = try #require(DeviceName("AC:12:cc"))
    var device = Device(
      id: ID(0), name: name, label: "A ❤️", firmwareVersion: "1.0", location: .grouped(deviceGroup.id),
      registered: Instant(-5), seen: Instant(1 << 40), deviceClass: Identifier { UInt8($0) })
    (device.utcOffset, device.fellBack) = (-570, Instant(9))
    device.key = .ed25519(FixedBytes { UInt8(50 + $0) })
    self.device = try rows.add(device)
    let image = Firmware.Content(
      size: 1 << 40, digest: Digest { UInt8(200 + $0) }, md5: FixedBytes { UInt8($0) }, contentID: "QmX")
    firmware = try rows.add(
      Firmware(
        id: ID(0), fileGroup: fileGroup.id, name: "kettle", version: "2.0", image: image,
        release: .init(
          digest: Digest { UInt8($0) }, sequence: sequence, deviceClass: Identifier { UInt8($0) },
          envelope: [0, 255, 7],
          bundle: Digest { UInt8(100 + $0) })))
    let rules = try #require(
      BatchRules(
        waves: [.count(1), .percent(30)], successThreshold: 90, failureThreshold: 5, retries: 2,
        window: DailyWindow(from: 1320, until: 300, days: [.mon, .sun], isDeviceTime: true), success: .installed,
        endsWhenDone: false,
        pace: Pace(soak: 60, atOnce: 3, bytesPerSecond: 1 << 40, stalled: .ignored)))
    let times = try #require(TimeRules(offered: 61, downloading: 62, deadline: 3604))
    var planned = Rollout(
      id: ID(0),
      plan: RolloutPlan(
        name: "r", batch: rules, start: Instant(77), groups: [deviceGroup.id], firmware: firmware.id, maintainer: "m",
        times: times, needsApproval: true))
    (planned.approvedBy, planned.planned) = ("n", Instant(55))
    rollout = try rows.add(planned)
  }
}

@Suite("Stores", .usesScratch) struct StoreConformanceTests {
  @Test(arguments: StoreKind.allCases)
  func `A symmetric key keeps its kind and its bytes`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      let bytes = FixedBytes<32> { UInt8(50 + $0) }
      try await store.write(in: ours.id) { rows in
        var device = try SampleRows(rows).device
        #expect(try rows.device(device.id)?.key == .ed25519(bytes))
        device.key = .shared(SharedKey(stored: bytes))
        try rows.put(device)
        #expect(try rows.device(device.id)?.key == .shared(SharedKey(stored: bytes)))
        device.key = nil
        try rows.put(device)
        #expect(try rows.device(device.id)?.key == nil)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Added and replaced entities are read back`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        #expect(try rows.device(all.device.id) == all.device)
        #expect(try rows.device(#require(DeviceName("ac:12:CC")))?.name.text == "AC:12:cc")
        #expect(try rows.deviceGroup(named: "kitchens") == all.deviceGroup)
        #expect(try rows.fileGroup(named: "kettles") == all.fileGroup)
        #expect(try rows.firmware(all.firmware.id) == all.firmware)
        #expect(try rows.firmware(contentID: "QmX") == all.firmware)
        #expect(try rows.rollout(all.rollout.id) == all.rollout)
        var rollout = all.rollout
        (rollout.phase, rollout.isDisabled, rollout.started) = (.stopped, true, Instant(9))
        (rollout.order, rollout.wave, rollout.forgivenFailures) = (4, 1, 2)
        (rollout.round, rollout.finalMembers, rollout.disabledGroups) = (3, 9, [all.deviceGroup.id])
        rollout.tally.installedUnconfirmable = 6
        rollout.tally.skipped = 8
        try rows.put(rollout)
        #expect(try rows.rollouts(Listing()).items == [rollout])
        var device = all.device
        (device.label, device.location, device.newestRollout) = ("b", .blacklisted, 12)
        try rows.put(device)
        #expect(try rows.devices(Listing()).items == [device])
        #expect(try rows.devices(Listing(after: ListPlace(device.id.value))).items.isEmpty)
        let record = DeviceRecord(
          .failed, failures: 3, reason: 53, progress: 70, changed: Instant(5), round: 2, isCounted: false)
        try rows.put(record, rollout.id, device.id)
        #expect(try rows.record(rollout.id, device.id) == record)
        try rows.remove(device.id)
        #expect(try rows.device(device.id) == nil)
        #expect(try rows.record(rollout.id, device.id) == nil)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A device key finds its workspace`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      for (key, owner) in [("our-second", ours), ("their", theirs), ("nobody's", nil)] {
        let found = try await store.workspace(deviceKey: key)
        #expect(found == owner)
      }
      let known = try await store.workspace(ours.id)
      #expect(known == ours)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A name is taken once in a workspace, and again in another`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      try await store.write(in: ours.id) { rows in _ = try SampleRows(rows) }
      try await store.write(in: theirs.id) { rows in _ = try SampleRows(rows) }
      try await store.write(in: ours.id) { rows in
        #expect(throws: PlatformError.nameTaken(.deviceGroup)) {
          try rows.add(DeviceGroup(id: ID(0), name: "kitchens"))
        }
        #expect(throws: PlatformError.nameTaken(.fileGroup)) { try rows.add(FileGroup(id: ID(0), name: "kettles")) }
        let name = try #require(DeviceName("AC:12:CC"))
        #expect(throws: PlatformError.nameTaken(.device)) {
          try rows.add(
            Device(id: ID(0), name: name, label: "", firmwareVersion: "", registered: Instant(0), seen: Instant(0)))
        }
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Entities of another workspace are not found by any query`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      let all = try await store.write(in: theirs.id) { rows in
        let all = try SampleRows(rows)
        try rows.put(DeviceRecord(.installed, at: Instant(1)), all.rollout.id, all.device.id)
        try rows.addMembers(1, all.device.audience, to: all.deviceGroup.id)
        _ = try rows.start(all.rollout.id, at: Instant(100))
        return all
      }
      try await store.write(in: ours.id) { rows in
        #expect(try rows.device(all.device.id) == nil)
        #expect(try rows.device(all.device.name) == nil)
        #expect(try rows.devices(Listing()).items.isEmpty)
        #expect(try rows.deviceGroup(all.deviceGroup.id) == nil)
        #expect(try rows.deviceGroup(named: "kitchens") == nil)
        #expect(try rows.deviceGroups(Listing()).items.isEmpty)
        #expect(try rows.fileGroup(all.fileGroup.id) == nil)
        #expect(try rows.fileGroup(named: "kettles") == nil)
        #expect(try rows.firmware(all.firmware.id) == nil)
        #expect(try rows.firmware(contentID: "QmX") == nil)
        #expect(try rows.rollout(all.rollout.id) == nil)
        #expect(try rows.rollouts(Listing()).items.isEmpty)
        #expect(try rows.activeRollouts(of: all.deviceGroup.id).isEmpty)
        #expect(try rows.dueRollouts(at: Instant(1 << 40)).isEmpty)
        #expect(try rows.highestRelease(of: all.firmware, to: [all.deviceGroup.id]) == nil)
        #expect(try rows.record(all.rollout.id, all.device.id) == nil)
        #expect(try rows.newestRollout(withRecordOf: all.device.id) == nil)
        #expect(try rows.unconfirmedRollouts(of: all.device.id).isEmpty)
        #expect(try rows.members(of: all.deviceGroup.id, all.device.audience) == 0)
        #expect(try rows.activeRollouts(withRecordOf: all.device.id).isEmpty)
        #expect(try rows.rollouts(bringing: "QmX").isEmpty)
        #expect(try rows.rollouts(bringing: #require(all.firmware.release).digest, to: all.device.id).isEmpty)
        #expect(throws: PlatformError.notFound(.deviceKey)) { try rows.remove(deviceKey: "their") }
        #expect(throws: PlatformError.nameTaken(.deviceKey)) { try rows.add(deviceKey: "their") }
        #expect(try rows.newestOrder(of: all.device.id) == 0)
        var device = all.device
        device.label = "taken over"
        try rows.put(device)
        try rows.put(DeviceGroup(id: all.deviceGroup.id, name: "taken over"))
        var rollout = all.rollout
        rollout.isDisabled = true
        try rows.put(rollout)
        try rows.remove(all.device.id)
      }
      let (device, group, rollout) = try await store.read(in: theirs.id) { rows in
        (try rows.device(all.device.id), try rows.deviceGroup(all.deviceGroup.id), try rows.rollout(all.rollout.id))
      }
      #expect(device?.label == all.device.label)
      #expect(group?.name == "kitchens")
      #expect(rollout?.isDisabled == false)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Members are counted by group and audience, and in all`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        let group = try rows.add(DeviceGroup(id: ID(0), name: "kitchens")).id
        let other = try rows.add(DeviceGroup(id: ID(0), name: "cellars")).id
        let audiences = [Audience.legacy, .verifying(Identifier { _ in 1 }), .verifying(Identifier { _ in 2 })]
        for (number, audience) in audiences.enumerated() { try rows.addMembers(number + 1, audience, to: group) }
        try rows.addMembers(-2, audiences[1], to: group)
        #expect(try audiences.map { try rows.members(of: group, $0) } == [1, 0, 3])
        #expect(try audiences.map { try rows.members(of: other, $0) } == [0, 0, 0])
        #expect(try rows.deviceGroup(group)?.members == 4)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A device key is added after the others, found at once, and removed`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { try $0.add(deviceKey: "our-third") }
      var known = try await store.workspace(deviceKey: "our-third")
      #expect(known?.deviceKeys == ["our-first", "our-second", "our-third"])
      try await store.write(in: ours.id) { try $0.remove(deviceKey: "our-first") }
      known = try await store.workspace(ours.id)
      #expect(known?.deviceKeys == ["our-second", "our-third"])
      let gone = try await store.workspace(deviceKey: "our-first")
      #expect(gone == nil)
      await #expect(throws: PlatformError.nameTaken(.deviceKey)) {
        try await store.write(in: ours.id) { try $0.add(deviceKey: "our-third") }
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Rollouts are found by their image and by their release, the newest first`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        var copy = Rollout(id: ID(0), plan: all.rollout.plan)
        copy.approvedBy = all.rollout.approvedBy
        let later = try rows.add(copy)
        for id in [all.rollout.id, later.id] { _ = try rows.start(id, at: Instant(1)) }
        #expect(try rows.rollouts(bringing: "QmX").map(\.id) == [later.id, all.rollout.id])
        #expect(try rows.rollouts(bringing: "QmY").isEmpty)
        let digest = try #require(all.firmware.release).digest
        #expect(try rows.rollouts(bringing: digest, to: all.device.id).isEmpty)
        try rows.put(DeviceRecord(at: Instant(1)), all.rollout.id, all.device.id)
        #expect(try rows.rollouts(bringing: digest, to: all.device.id).map(\.id) == [all.rollout.id])
        #expect(try rows.activeRollouts(withRecordOf: all.device.id).map(\.id) == [all.rollout.id])
        try rows.end(all.rollout.id, as: .aborted)
        #expect(try rows.activeRollouts(withRecordOf: all.device.id).isEmpty)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A body that writes on a snapshot is refused, and writes nothing`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      await #expect(throws: ServiceFault.readOnly) {
        _ = try await store.tryOnSnapshot(in: ours.id) { try $0.add(DeviceGroup(id: ID(0), name: "kitchens")) }
      }
      let groups = try await store.tryOnSnapshot(in: ours.id) { try $0.deviceGroups(Listing()).items }
      #expect(groups.isEmpty)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A write that throws writes nothing`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      await #expect(throws: PlatformError.noGroups) {
        try await store.write(in: ours.id) { rows in
          _ = try SampleRows(rows)
          throw PlatformError.noGroups
        }
      }
      let groups = try await store.read(in: ours.id) { rows in try rows.deviceGroups(Listing()).items }
      #expect(groups.isEmpty)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Sequence numbers sort as numbers up to the highest one`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows, sequence: .max)
        _ = try rows.start(all.rollout.id, at: Instant(1))
        var lower = all.firmware
        lower.release?.sequence = 1
        lower.release?.digest = Digest()
        let added = try rows.add(lower)
        var plan = all.rollout.plan
        plan.firmware = added.id
        #expect(throws: PlatformError.sequenceNotAbove(.max)) { try rows.plan(plan) }
      }
    }
  }

  @Test func `Committed data is present after the file is opened again`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let ours = try await SQLiteStore(path: path).add(
        Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      let all = try await SQLiteStore(path: path).write(in: ours.id) { try SampleRows($0) }
      let rollout = try await SQLiteStore(path: path).read(in: ours.id) { rows in try rows.rollout(all.rollout.id) }
      #expect(rollout == all.rollout)
    }
  }

  @Test func `Random schedules in SQLite agree with the reference`() async throws {
    try await StoreKind.sqlite.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        var comparison = try FleetComparison(rows, seed: 4)
        for _ in 0..<3000 {
          try comparison.step()
          try comparison.compare()
        }
      }
    }
  }
}
