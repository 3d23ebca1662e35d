import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import Synchronization
import Testing

@Suite("Stores: lists", .usesScratch) struct ListTests {
  private static let classes = [Identifier { _ in 1 }, Identifier { _ in 2 }]

  /// Adds devices whose values repeat, so that filters and orders meet equal keys.
  @discardableResult
  private static func fill(
    _ rows: any WriteTransaction, _ random: inout SeededGenerator
  ) throws -> [ID<DeviceGroup>] {
    var groups: [ID<DeviceGroup>] = []
    for name in ["kitchens", "cellars", "50% _off"] {
      groups.append(try rows.add(DeviceGroup(id: ID(0), name: name)).id)
    }
    for number in 0..<60 {
      let name = try #require(DeviceName("GW-\(number % 7)-\(number)"))
      let locations: [Device.Location] = [.lobby, .ungrouped, .blacklisted] + groups.map { .grouped($0) }
      var device = Device(
        id: ID(0), name: name, label: ["Ofen", "ofen ä", "", "50%"].randomElement(using: &random) ?? "",
        firmwareVersion: "1.\(number % 4)", location: locations.randomElement(using: &random) ?? .lobby,
        registered: Instant(0), seen: Instant(Int64.random(in: -3...3, using: &random)),
        deviceClass: classes.randomElement(using: &random))
      if Bool.random(using: &random) { device.key = .ed25519(FixedBytes { _ in UInt8(number) }) }
      let added = try rows.add(device)
      try rows.setTags(["a", "b", "c"].filter { _ in Bool.random(using: &random) }, of: added.id)
      try rows.setAttributes([.init("board", Bool.random(using: &random) ? "x" : "y=z")], of: added.id)
    }
    return groups
  }

  private static func filter(_ random: inout SeededGenerator, _ groups: [ID<DeviceGroup>]) -> DeviceFilter {
    func maybe<Value>(_ values: [Value]) -> Value? {
      Int.random(in: 0..<4, using: &random) == 0 ? values.randomElement(using: &random) : nil
    }
    var filter = DeviceFilter()
    filter.group = maybe(groups + [ID(99)])
    filter.placement = maybe(DevicePlacement.allCases)
    filter.version = maybe(["1.0", "1.3", "2"])
    filter.deviceClass = maybe(classes)
    filter.isVerifying = maybe([true, false])
    (filter.seenSince, filter.seenBefore) = (maybe([Instant(-1)]), maybe([Instant(2)]))
    (filter.search, filter.called) = (maybe(["gw-3", "OFEN", "%", "Ä"]), maybe(["Ofen", "gw-1-1", "GW-2-9", ""]))
    filter.tags = maybe([["a"], ["a", "b"], ["z"]]) ?? []
    filter.attributes = maybe([[.init("board", "y=z")], [.init("board", "")]]) ?? []
    return filter
  }

  @Test func `SQLite lists devices as the store in memory does, in every order, page by page`() async throws {
    let pages = Mutex<[StoreKind: [[String]]]>([:])
    for kind in StoreKind.allCases {
      try await kind.with { store, ours, _ in
        let names = try await store.write(in: ours.id) { rows in
          var random = SeededGenerator(seed: 7)
          let groups = try Self.fill(rows, &random)
          return try (0..<400).map { number in
            var listing = Listing(
              Self.filter(&random, groups), sort: DeviceSort.allCases[number % 5], isDescending: number % 2 == 0,
              limit: Int.random(in: 1...9, using: &random))
            var names: [String] = []
            repeat {
              let page = try rows.devices(listing)
              #expect(page.items.count <= listing.limit && page.damaged.isEmpty)
              names += page.items.map(\.name.text)
              listing.after = page.next.flatMap { ListPlace(text: $0.text) }
            } while listing.after != nil
            #expect(try rows.count(of: listing.filter) == names.count)
            let versions = try rows.versions(of: listing.filter, after: nil, limit: 9)
            #expect(versions.map(\.devices).reduce(0, +) == names.count)
            return names + versions.map(\.version)
          }
        }
        pages.withLock { $0[kind] = names }
      }
    }
    let all = pages.withLock { $0 }
    let memory = try #require(all[.memory])
    #expect(all[.sqlite] == memory)
    #expect(memory.filter { $0.count > 3 }.count > 100)
  }

  @Test(arguments: StoreKind.allCases)
  func `A page follows its place although items were changed or removed`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        var random = SeededGenerator(seed: 1)
        try Self.fill(rows, &random)
        let all = try rows.devices(Listing(sort: .version)).items
        var listing = Listing(DeviceFilter(), sort: DeviceSort.version, limit: 10)
        let first = try rows.devices(listing)
        listing.after = first.next
        try rows.remove(try #require(first.items.last).id)
        var moved = first.items[0]
        moved.firmwareVersion = "9"
        try rows.put(moved)
        listing.limit = .max
        let rest = try rows.devices(listing).items
        #expect(first.items.map(\.id) + rest.map(\.id) == all.map(\.id) + [moved.id])
        listing.after = ListPlace(4)
        #expect(throws: PlatformError.self) { try rows.devices(listing) }
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Groups, firmware and rollouts are found by name, part, phase and group`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      _ = try await store.write(in: theirs.id) { try SampleRows($0) }
      try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        let second = try rows.add(DeviceGroup(id: ID(0), name: "Kitchens 2"))
        var groups = NameFilter<DeviceGroup>()
        groups.search = "KITCH"
        #expect(try rows.deviceGroups(Listing(groups, sort: .name)).items.map(\.id) == [second.id, all.deviceGroup.id])
        groups.called = "kitchens"
        #expect(try rows.deviceGroups(Listing(groups)).items.map(\.id) == [all.deviceGroup.id])
        var files = NameFilter<FileGroup>()
        files.called = "\(all.fileGroup.id.value)"
        #expect(try rows.fileGroups(Listing(files)).items == [all.fileGroup])
        var firmware = FirmwareFilter()
        (firmware.called, firmware.version, firmware.fileGroup) = ("kettle", "2.0", all.fileGroup.id)
        firmware.deviceClass = all.firmware.release?.deviceClass
        #expect(try rows.firmware(Listing(firmware, sort: .version)).items == [all.firmware])
        firmware.version = "2.1"
        #expect(try rows.firmware(Listing(firmware, sort: .name, isDescending: true)).items.isEmpty)
        var rollouts = RolloutFilter()
        (rollouts.group, rollouts.firmware, rollouts.phase) = (all.deviceGroup.id, all.firmware.id, .planned)
        (rollouts.called, rollouts.search) = ("r", "R")
        #expect(try rows.rollouts(Listing(rollouts, sort: .name)).items == [all.rollout])
        rollouts.phase = .running
        #expect(try rows.rollouts(Listing(rollouts)).items.isEmpty)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `The figures of a workspace count its devices and rollouts, the most common version first`(
    kind: StoreKind
  ) async throws {
    try await kind.with { store, ours, other in
      try await store.write(in: other.id) { rows in _ = try SampleRows(rows) }
      try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        for number in 0..<50 {
          var device = Device(
            id: ID(0), name: try #require(DeviceName("d\(number)")), label: "",
            firmwareVersion: number < 3 ? "2.0" : "9.\(number)", location: .lobby, registered: Instant(0),
            seen: Instant(Int64(number) * 86_400))
          device = try rows.add(device)
        }
        let figures = try rows.figures(at: Instant(50 * 86_400))
        #expect(figures.versions.count == FleetFigures.mostVersions)
        #expect(figures.versions[0] == VersionCount(version: "2.0", devices: 3))
        #expect(figures.versions[1] == VersionCount(version: "1.0", devices: 1))
        #expect(figures.otherVersions == 51 - 3 - (FleetFigures.mostVersions - 1))
        #expect(figures.placements == [.lobby: 50, .grouped: 1, .ungrouped: 0, .blacklisted: 0])
        // The sample device was last seen in the future.
        #expect(figures.seen == [1, 2, 8, 31])
        #expect(figures.phases == [.planned: 1] && figures.states.isEmpty)
        _ = try rows.start(all.rollout.id, at: Instant(1))
        #expect(try rows.figures(at: Instant(1)).phases == [.running: 1])
        #expect(try rows.figures(at: Instant(1)).states[.offered] == 0)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A device's history has its failures, and goes with the device`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        let failure = DeviceFailure(message: "no space", log: "a\nb")
        #expect(throws: PlatformError.notFound(.rollout)) { try rows.put(failure, all.rollout.id, all.device.id) }
        let later = try rows.add(Rollout(id: ID(0), plan: all.rollout.plan))
        for id in [all.rollout.id, later.id] { try rows.put(DeviceRecord(at: Instant(1)), id, all.device.id) }
        try rows.put(failure, all.rollout.id, all.device.id)
        // A record that changes keeps the failure.
        try rows.put(DeviceRecord(.installed, at: Instant(2)), all.rollout.id, all.device.id)
        #expect(try rows.failure(all.rollout.id, all.device.id) == failure)
        #expect(try rows.failure(later.id, all.device.id) == nil)
        let history = try rows.records(of: all.device.id, before: nil, limit: 9)
        #expect(history.map(\.0) == [later.id, all.rollout.id])
        let rest = try rows.records(of: all.device.id, before: later.id, limit: 9)
        #expect(rest.map(\.0) == [all.rollout.id])
        #expect(try rows.newestRollout(withRecordOf: all.device.id)?.id == later.id)
        try rows.setTags(["a"], of: all.device.id)
        try rows.setAttributes([.init("board", "x")], of: all.device.id)
        try rows.remove(all.device.id)
        #expect(try rows.failure(all.rollout.id, all.device.id) == nil)
        #expect(try rows.tags(of: all.device.id).isEmpty && rows.attributes(of: all.device.id).isEmpty)
      }
    }
  }

  @Test func `A place is read as it is written, and other texts are refused`() {
    for place in [
      ListPlace(7), ListPlace(7, key: .number(-5)), ListPlace(0, key: .text("ä.n1")), ListPlace(1, key: .text("")),
    ] {
      #expect(ListPlace(text: place.text) == place)
    }
    for text in ["", "x", "-1", "1.", "1.x", "1.n", "1.n1x", "1.t1", "1.tzz", "1.n1.2"] {
      #expect(ListPlace(text: text) == nil, "\(text)")
    }
  }
}
