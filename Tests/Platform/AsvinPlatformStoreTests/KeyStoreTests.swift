import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import Testing

@Suite("Stores: customer keys and accounts", .usesScratch) struct KeyStoreTests {
  private static func account(_ email: String, _ seed: UInt8 = 0) -> Account {
    Account(email: email, salt: FixedBytes { UInt8($0) &+ seed }, hash: Digest { UInt8($0) &+ seed })
  }

  @Test(arguments: StoreKind.allCases)
  func `Customer keys are read back in order and belong to one workspace`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      let keys = CustomerKeys(
        current: "new",
        former: [FormerKey(text: "old", expires: Instant(9)), FormerKey(text: "older", expires: Instant(5))])
      try await store.write(in: ours.id) { try $0.put(keys) }
      let read = try await store.read(in: ours.id) { try $0.customerKeys() }
      #expect(read == keys)
      let known = try #require(try await store.workspace(deviceKey: "our-first"))
      #expect(known.customerKey == "new" && known.formerKeys == keys.former)
      #expect(known.customerKeys(at: Instant(4)) == ["new", "old", "older"])
      #expect(known.customerKeys(at: Instant(5)) == ["new", "old"], "the first second after a key's life is not in it")
      #expect(known.customerKeys(at: Instant(9)) == ["new"])
      try await store.write(in: ours.id) { try $0.put(CustomerKeys(current: "newest", former: [])) }
      let last = try await store.workspace(ours.id)
      #expect(last?.customerKey == "newest" && last?.formerKeys == [])
      let other = try await store.workspace(theirs.id)
      #expect(other?.customerKey == "d" && other?.formerKeys == [])
    }
  }

  @Test func `A rotation keeps the old key, and a key that is still known does not come back`() throws {
    let first = CustomerKeys(current: "a", former: [])
    let second = try first.rotated(to: "b", keepingOldUntil: Instant(10), at: Instant(0))
    #expect(second == CustomerKeys(current: "b", former: [FormerKey(text: "a", expires: Instant(10))]))
    let third = try second.rotated(to: "c", keepingOldUntil: Instant(12), at: Instant(9))
    #expect(third.former.map(\.text) == ["b", "a"])
    #expect(throws: PlatformError.nameTaken(.customerKey)) {
      try third.rotated(to: "c", keepingOldUntil: Instant(12), at: Instant(9))
    }
    #expect(throws: PlatformError.nameTaken(.customerKey)) {
      try third.rotated(to: "a", keepingOldUntil: Instant(12), at: Instant(9))
    }
    let ended = try third.rotated(to: "d", keepingOldUntil: Instant(10), at: Instant(10))
    #expect(ended.former.map(\.text) == ["b"], "the expired key and the key that ends now are gone")
  }

  @Test(arguments: StoreKind.allCases)
  func `An account is changed and removed by its own workspace only`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      try await store.write(in: ours.id) { rows in
        for email in ["b@x.example", "a@x.example"] { try rows.add(Self.account(email)) }
      }
      await #expect(throws: PlatformError.notFound(.account)) {
        try await store.write(in: theirs.id) { try $0.put(Self.account("a@x.example", 7)) }
      }
      await #expect(throws: PlatformError.notFound(.account)) {
        try await store.write(in: theirs.id) { try $0.remove(account: "a@x.example") }
      }
      try await store.write(in: ours.id) { rows in
        try rows.put(Self.account("a@x.example", 7))
        try rows.remove(account: "B@x.example")
        #expect(try rows.accounts(after: nil, limit: 9) == [Self.account("a@x.example", 7)])
      }
      let (removed, foreign) = (
        try await store.account("b@x.example"),
        try await store.read(in: theirs.id) { try $0.accounts(after: nil, limit: 9) }
      )
      #expect(removed == nil && foreign.isEmpty)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `The last use of a token is kept`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      let token = try await store.write(in: ours.id) { rows in
        try rows.add(
          AccessToken(id: ID(0), name: "t", role: .viewer, digest: Digest { UInt8($0) }, created: Instant(1)))
      }
      try await store.write(in: theirs.id) { try $0.markUsed(token.id, at: Instant(50)) }
      let unused = try await store.access(token.digest)?.token
      try await store.write(in: ours.id) { try $0.markUsed(token.id, at: Instant(60)) }
      let used = try await store.access(token.digest)?.token
      #expect(unused?.used == nil && used?.used == Instant(60))
      #expect(used?.isNews(at: Instant(3659)) == false && used?.isNews(at: Instant(3660)) == true)
      #expect(used?.isNews(at: Instant(59)) == true, "the clock was ahead")
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Enrolment tokens and settings belong to one workspace, and end with their device`(kind: StoreKind) async throws
  {
    try await kind.with { store, ours, theirs in
      let (first, second) = try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        var token = EnrolmentToken(
          id: ID(0), name: "t", handle: "enrol-1", digest: Digest { UInt8($0) }, created: Instant(1),
          expires: Instant(9), limit: 4, group: all.deviceGroup.id, device: all.device.id)
        let first = try rows.add(token)
        #expect(throws: PlatformError.nameTaken(.enrolmentToken)) { _ = try rows.add(token) }
        (token.name, token.handle, token.expires, token.limit) = ("u", "enrol-2", nil, nil)
        (token.group, token.device) = (nil, nil)
        var second = try rows.add(token)
        second.uses = 3
        try rows.put(second)
        #expect(try rows.enrolmentTokens(Listing()).items == [first, second])
        var settings = WorkspaceSettings()
        settings.servesAsvinClients = false
        try rows.put(settings)
        #expect(try rows.settings() == settings)
        return (first, second)
      }
      let found = try await store.enrolmentToken("enrol-2")
      #expect(found?.workspace == ours.id && found?.token == second)
      try await store.write(in: theirs.id) { rows in
        #expect(try rows.enrolmentToken(first.id) == nil && rows.enrolmentTokens(Listing()).items.isEmpty)
        #expect(try rows.settings() == WorkspaceSettings())
        try rows.remove(second.id)
        var stolen = first
        stolen.uses = 9
        try rows.put(stolen)
      }
      try await store.write(in: ours.id) { rows in
        #expect(try rows.enrolmentTokens(Listing()).items == [first, second])
        try rows.remove(try #require(first.device))
        #expect(try rows.enrolmentTokens(Listing()).items == [second])
        try rows.remove(second.id)
        #expect(try rows.enrolmentTokens(Listing()).items.isEmpty)
      }
      let known = try await store.workspace(ours.id)
      #expect(known?.settings.servesAsvinClients == false && known?.settings.enrolsByCustomerKey == true)
    }
  }
}
