import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import Testing

@Suite("Last contacts", .usesScratch) struct ContactTests {
  @Test(arguments: StoreKind.allCases)
  func `A contact is shown at once, counted, and written with the others later`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      let names = try ["a", "b"].map { try #require(DeviceName($0)) }
      try await store.write(in: ours.id) { rows in
        for name in names { _ = try rows.register(name, label: nil, firmwareVersion: "1", at: Instant(100)) }
      }
      _ = try await store.poll(in: ours.id) { try $0.nextImage(for: names[0], firmwareVersion: "1", at: Instant(9000)) }
      let figures = try await store.read(in: ours.id) { rows in
        #expect(try rows.device(names[0])?.seen == Instant(9000) && rows.device(names[1])?.seen == Instant(100))
        #expect(try rows.devices(Listing()).items.map(\.seen) == [Instant(9000), Instant(100)])
        return try rows.figures(at: Instant(9000))
      }
      #expect(figures.seen == [1, 2, 2, 2])
      var filter = DeviceFilter()
      filter.seenSince = Instant(9000)
      try await store.saveContacts()
      let since = filter
      let listed = try await store.read(in: ours.id) { rows in
        #expect(rows.recentContacts(since: Instant(9000)) == 0, "none is missing from the store")
        return try rows.devices(Listing(since, sort: .seen)).items.map(\.name)
      }
      #expect(listed == [names[0]])
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A version that changed is written with its contact, and the device is counted once`(kind: StoreKind)
    async throws
  {
    try await kind.with { store, ours, _ in
      let name = try #require(DeviceName("a"))
      try await store.write(in: ours.id) {
        _ = try $0.register(name, label: nil, firmwareVersion: "1", at: Instant(100))
      }
      for (version, time) in [("1", 8000), ("2", 9000), ("2", 9001)] as [(String, Int64)] {
        _ = try await store.poll(in: ours.id) {
          try $0.nextImage(for: name, firmwareVersion: version, at: Instant(time))
        }
      }
      let figures = try await store.read(in: ours.id) { try $0.figures(at: Instant(9001)) }
      #expect(figures.seen == [1, 1, 1, 1])
      #expect(try await store.read(in: ours.id) { try $0.device(name)?.seen } == Instant(9001))
    }
  }

  @Test func `Written contacts are there when the store is opened again`() async throws {
    try await Scratch.with { scratch in
      let path = scratch.path("platform.sqlite")
      let store = try SQLiteStore(path: path)
      let ours = try await store.add(Workspace(id: ID(0), name: "ours", customerKey: "c", deviceKeys: ["k"]))
      let name = try #require(DeviceName("a"))
      try await store.write(in: ours.id) {
        _ = try $0.register(name, label: nil, firmwareVersion: "1", at: Instant(100))
      }
      _ = try await store.poll(in: ours.id) { try $0.nextImage(for: name, firmwareVersion: "1", at: Instant(9000)) }
      #expect(try await SQLiteStore(path: path).read(in: ours.id) { try $0.device(name)?.seen } == Instant(100))
      try await store.saveContacts()
      #expect(try await SQLiteStore(path: path).read(in: ours.id) { try $0.device(name)?.seen } == Instant(9000))
    }
  }

  @Test func `A contact during the write stays for the next one, and a device that was removed is left out`()
    async throws
  {
    try await StoreKind.sqlite.with { store, ours, _ in
      let names = try ["a", "b"].map { try #require(DeviceName($0)) }
      let devices = try await store.write(in: ours.id) { rows in
        try names.map { try rows.register($0, label: nil, firmwareVersion: "1", at: Instant(100)).device }
      }
      try await store.write(in: ours.id) { rows in
        for device in devices { rows.noteContact(device, at: Instant(200)) }
        try rows.delete(devices[1])
      }
      try await store.saveContacts()
      try await store.write(in: ours.id) { $0.noteContact(devices[0], at: Instant(300)) }
      #expect(try await store.read(in: ours.id) { try $0.device(names[0])?.seen } == Instant(300))
      #expect(store.contacts.latest(of: devices[1].id) == nil)
    }
  }
}
