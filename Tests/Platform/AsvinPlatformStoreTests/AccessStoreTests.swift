import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import AsvinManifest
import Testing

@Suite("Stores: uploads, tokens, the audit log", .usesScratch) struct AccessStoreTests {
  private static let token = AccessToken(
    id: ID(0), name: "build", role: .publisher, digest: Digest { UInt8($0) }, created: Instant(7), expires: Instant(9))

  @Test(arguments: StoreKind.allCases)
  func `Added entities are read back page by page`(kind: StoreKind) async throws {
    try await kind.with { store, ours, _ in
      try await store.write(in: ours.id) { rows in
        let all = try SampleRows(rows)
        let token = try rows.add(Self.token)
        #expect(try rows.accessTokens(Listing()).items == [token])
        let upload = try rows.add(
          Upload(
            id: ID(0), fileGroup: all.fileGroup.id, size: 1 << 33, digest: Digest { UInt8($0) }, created: Instant(3)))
        #expect(try rows.upload(upload.id) == upload)
        #expect(try rows.upload(of: upload.digest, to: all.fileGroup.id) == upload)
        try rows.remove(upload.id)
        #expect(try rows.upload(upload.id) == nil)
        var group = all.fileGroup
        (group.name, group.trust) = ("pots", [TrustedKey("third", expires: Instant(9))])
        try rows.put(group)
        #expect(try rows.fileGroups(Listing()).items == [group])
        #expect(try rows.firmware(Listing()).items == [all.firmware])
        let record = DeviceRecord(.failed, failures: 3, reason: 53, progress: 70, changed: Instant(5))
        try rows.put(record, all.rollout.id, all.device.id)
        let records = try rows.records(of: all.rollout.id, after: nil, limit: 9)
        #expect(records.map(\.0) == [all.device.id] && records.map(\.1) == [record])
        #expect(try rows.records(of: all.rollout.id, after: all.device.id, limit: 9).isEmpty)
        try rows.remove(token.id)
        #expect(try rows.accessTokens(Listing()).items.isEmpty)
      }
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `A token finds its workspace by its digest, until it is removed`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      let token = try await store.write(in: theirs.id) { try $0.add(Self.token) }
      var found = try await store.access(token.digest)
      #expect(found?.workspace == theirs.id && found?.token == token)
      found = try await store.access(Digest())
      #expect(found == nil)
      try await store.write(in: ours.id) { try $0.remove(token.id) }
      found = try await store.access(token.digest)
      #expect(found != nil, "another workspace cannot remove it")
      try await store.write(in: theirs.id) { try $0.remove(token.id) }
      found = try await store.access(token.digest)
      #expect(found == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Uploads, tokens, records and the log of another workspace are not found`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      let (all, upload) = try await store.write(in: theirs.id) { rows in
        let all = try SampleRows(rows)
        _ = try rows.add(Self.token)
        try rows.put(DeviceRecord(at: Instant(1)), all.rollout.id, all.device.id)
        try rows.record(.deleteDevice, "device 1", by: "x", at: Instant(1))
        let upload = try rows.add(
          Upload(id: ID(0), fileGroup: all.fileGroup.id, size: 1, digest: Digest(), created: Instant(3)))
        return (all, upload)
      }
      try await store.write(in: ours.id) { rows in
        #expect(try rows.upload(upload.id) == nil)
        #expect(try rows.upload(of: Digest(), to: all.fileGroup.id) == nil)
        #expect(try rows.accessTokens(Listing()).items.isEmpty)
        #expect(try rows.fileGroups(Listing()).items.isEmpty)
        #expect(try rows.firmware(Listing()).items.isEmpty)
        #expect(try rows.records(of: all.rollout.id, after: nil, limit: 9).isEmpty)
        #expect(try rows.lastAuditEntry() == nil)
        #expect(try rows.auditEntries(after: 0, limit: 9).isEmpty)
        try rows.remove(upload.id)
        try rows.put(FileGroup(id: all.fileGroup.id, name: "taken over"))
      }
      let (known, group) = try await store.read(in: theirs.id) { rows in
        (try rows.upload(upload.id), try rows.fileGroup(all.fileGroup.id))
      }
      #expect(known == upload && group == all.fileGroup)
    }
  }

  @Test(
    arguments: StoreKind.allCases
  )
  func `An account is found by its address, in either case, and an address is one account's`(kind: StoreKind)
    async throws
  {
    try await kind.with { store, ours, theirs in
      let account = try #require(
        Account(email: "A@b.example", password: "correct horse", salt: FixedBytes { UInt8($0) }))
      try await store.add(account, to: ours.id)
      let found = try await store.account("a@B.example")
      #expect(found?.workspace == ours.id && found?.account == account)
      #expect(account.isPassword("correct horse") && !account.isPassword("correct horsf"))
      await #expect(throws: PlatformError.nameTaken(.account)) { try await store.add(account, to: theirs.id) }
      let nobody = try await store.account("c@b.example")
      #expect(nobody == nil)
      #expect(Account(email: "a@b", password: "too short", salt: FixedBytes()) == nil)
    }
  }

  @Test(arguments: StoreKind.allCases)
  func `Each entry of the audit log follows from the previous one`(kind: StoreKind) async throws {
    try await kind.with { store, ours, theirs in
      for workspace in [ours, theirs, ours] {
        try await store.write(in: workspace.id) { rows in
          for number in 1...3 { try rows.record(.startRollout, "rollout \(number)", by: "me", at: Instant(5)) }
        }
      }
      let entries = try await store.read(in: ours.id) { try $0.auditEntries(after: 0, limit: 100) }
      #expect(entries.map(\.number) == [1, 2, 3, 4, 5, 6])
      #expect(AuditEntry.firstBreak(in: entries, after: nil, of: ours.id) == nil)
      #expect(AuditEntry.firstBreak(in: Array(entries[2...]), after: entries[1].link, of: ours.id) == nil)
      #expect(AuditEntry.firstBreak(in: entries, after: nil, of: theirs.id) == 1)
    }
  }

  @Test func `A changed, removed, inserted or moved entry is detected`() {
    var entries: [AuditEntry] = []
    for number in 1...4 {
      entries.append(
        AuditEntry(
          after: entries.last?.link ?? .start, in: ID(1), actor: "me", action: "rollout.plan", subject: "\(number)",
          at: Instant(Int64(number))))
    }
    func firstBreak(_ change: (inout [AuditEntry]) -> Void) -> Int64? {
      var changed = entries
      change(&changed)
      return AuditEntry.firstBreak(in: changed, after: nil, of: ID(1))
    }
    #expect(firstBreak { _ in } == nil)
    #expect(firstBreak { $0[1].actor = "you" } == 2)
    #expect(firstBreak { $0[1].subject += " " } == 2)
    #expect(firstBreak { $0[1].time = 0 } == 2)
    #expect(
      firstBreak {
        $0[1].subject = "else"
        $0[1].digest = $0[1].content.digest(form: $0[1].form) ?? Digest()
      } == 3)
    #expect(firstBreak { $0.remove(at: 1) } == 3)
    #expect(firstBreak { $0.swapAt(1, 2) } == 3)
    #expect(firstBreak { $0.insert($0[1], at: 1) } == 2)
  }
}
