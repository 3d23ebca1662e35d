import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinPlatformStore
import Logging
import Testing

@testable import AsvinPlatformServer

@Suite("Keeping and deleting", .usesScratch) struct KeepingTests {
  /// A device that was offered a release.
  private static func offered(
    _ body:
      @escaping @Sendable (PlatformUnderTest, DeviceUnderTest, FirmwareReply, RolloutReply, String) async throws
      -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "1.0.0").bytes
      let firmware = try await platform.publish(bundle: bundle)
      let rollout = try await platform.rollOut(firmware)
      #expect(try await device.next().status == 200)
      try await body(platform, device, firmware, rollout, try await platform.access(.admin))
    }
  }

  @Test func `Withdrawn firmware is served to no device, and its rollouts are aborted`() async throws {
    try await Self.offered { platform, device, firmware, rollout, admin in
      let token = try await device.token()
      let payload = "/v2/releases/\(try #require(firmware.release))/payloads/0"
      #expect(try await platform.call("GET", payload, token).status == 200)
      let group = rollout.groups
      let planned = try await platform.call(
        "POST", "/manage/rollouts", admin,
        RolloutRequest(name: "later", firmware: firmware.id, groups: group, priority: .batch)
      ).message(RolloutReply.self)
      let reply = try await platform.call("POST", "/manage/firmware/\(firmware.id)/withdraw", admin)
        .message(WithdrawalReply.self)
      #expect(reply.aborted == [rollout.id, planned.id] && reply.firmware.withdrawn == platform.clock.now.seconds)
      #expect(try await platform.call("GET", payload, token).status == 410)
      #expect(try await device.next().status == 204)
      let refused = try await platform.call(
        "POST", "/manage/rollouts", admin,
        RolloutRequest(name: "again", firmware: firmware.id, groups: group, priority: .batch))
      #expect(refused.status == 409 && refused.text.contains("withdrawn"))
      let open = try await platform.call(
        "GET", "/firmware/\(firmware.cid)", fields: ["x-access-token: \(try await platform.token())"])
      #expect(open.status == 410)
      let actions = try await platform.call("GET", "/manage/audit", admin).message(AuditList.self).items.map(\.action)
      #expect(actions.suffix(3) == ["firmware.withdraw", "rollout.abort", "rollout.abort"])
    }
  }

  @Test func `Withdrawing concerns every copy of the release, and it returns in no file group`() async throws {
    try await Self.offered { platform, _, firmware, rollout, admin in
      func group(_ name: String) async throws -> Int64 {
        let request = FileGroupRequest(name: name, trust: [try TestBundles.publicKey()])
        return try await platform.call("POST", "/manage/file-groups", admin, request).message(FileGroupReply.self).id
      }
      func promote(to group: Int64) async throws -> (status: Int, text: String) {
        let reply = try await platform.call(
          "POST", "/manage/firmware/\(firmware.id)/promote", admin, PromotionRequest(fileGroup: group))
        return (reply.status, reply.text)
      }
      #expect(try await promote(to: group("production")).status == 200)
      let list = try await platform.call("GET", "/manage/firmware", admin).message(FirmwareList.self)
      let copy = try #require(list.items.first { $0.id != firmware.id })
      // The copy is withdrawn, and so is what it was made from.
      let reply = try await platform.call("POST", "/manage/firmware/\(copy.id)/withdraw", admin)
        .message(WithdrawalReply.self)
      #expect(reply.aborted == [rollout.id] && reply.firmware.id == copy.id && reply.firmware.withdrawn != nil)
      let first = try await platform.call("GET", "/manage/firmware/\(firmware.id)", admin).message(FirmwareReply.self)
      #expect(first.withdrawn != nil)
      let again = try await promote(to: group("third"))
      #expect(again.status == 409 && again.text.contains("withdrawn"), "\(again.text)")
    }
  }

  @Test func `A device that may run a release without having reported it keeps its order when the rollout is deleted`()
    async throws
  {
    try await Self.offered { platform, device, _, rollout, admin in
      let id = ID<Device>(device.id)
      try await platform.store.write(in: platform.workspace.id) { rows in
        try rows.put(DeviceRecord(.downloading, at: Instant(1)), ID(rollout.id), id)
      }
      _ = try await platform.call("POST", "/manage/rollouts/\(rollout.id)/abort", admin)
      let order = try await platform.store.read(in: platform.workspace.id) { try $0.rollout(ID(rollout.id))?.order }
      #expect(try await platform.call("DELETE", "/manage/rollouts/\(rollout.id)", admin).status == 204)
      let kept = try await platform.store.read(in: platform.workspace.id) { try $0.newestOrder(of: id) }
      #expect(kept > 0 && kept == order)
    }
  }

  @Test func `What is in use is not deleted, and the bytes go after the last reference`() async throws {
    try await Self.offered { platform, device, firmware, rollout, admin in
      func delete(_ path: String) async throws -> Int {
        try await platform.call("DELETE", "/manage/\(path)", admin).status
      }
      func collect(_ query: String = "") async throws -> CollectionReply {
        try await platform.call("POST", "/manage/objects/collect\(query)", admin).message()
      }
      let group = try #require(rollout.groups.first)
      for path in [
        "firmware/\(firmware.id)", "rollouts/\(rollout.id)", "device-groups/\(group)",
        "file-groups/\(firmware.fileGroup)",
      ] { #expect(try await delete(path) == 409, "\(path)") }
      #expect(try await collect("?remove=true").unused == 0)
      _ = try await platform.call("POST", "/manage/firmware/\(firmware.id)/withdraw", admin)
      #expect(try await delete("firmware/\(firmware.id)") == 409)
      #expect(try await delete("rollouts/\(rollout.id)") == 204)
      #expect(try await delete("firmware/\(firmware.id)") == 204)
      #expect(try await delete("file-groups/\(firmware.fileGroup)") == 204)
      #expect(try await delete("device-groups/\(group)") == 409)
      #expect(try await delete("devices/\(device.id)") == 204)
      #expect(try await delete("device-groups/\(group)") == 204)
      let found = try await collect()
      let bundle = try #require(firmware.bundle)
      #expect(found.unused == 1 && !found.isRemoved && found.digests == [bundle])
      let removed = try await collect("?remove=true")
      #expect(removed.isRemoved && removed.unusedBytes == found.unusedBytes && removed.objects == 1)
      #expect(try await collect().objects == 0)
    }
  }

  @Test func `An object whose bundle is being published, or of another workspace, is left alone`() async throws {
    try await Self.offered { platform, _, firmware, _, admin in
      let digest = try await platform.objects.put([1, 2, 3])
      let locks = UploadLocks()
      let collection = ObjectCollection(store: platform.store, objects: platform.objects, locks: locks)
      let during = try await locks.exclusively(.bundle(digest.hexadecimal)) { try await collection.run(removes: true) }
      #expect(during.unused.isEmpty && during.objects == 2)
      let after = try await collection.run(removes: true)
      #expect(after.unused.map(\.digest) == [digest.hexadecimal])
      #expect(try await platform.call("GET", "/manage/firmware/\(firmware.id)/bundle", admin).status == 200)
    }
  }

  @Test func `Firmware is promoted to a group whose keys have signed it, and to no other`() async throws {
    try await Self.offered { platform, _, firmware, _, admin in
      let trusting = try await platform.fileGroup(admin, "stable")
      let empty = try await platform.fileGroup(admin, "other", trust: [])
      let path = "/manage/firmware/\(firmware.id)/promote"
      let promoted = try await platform.call("POST", path, admin, PromotionRequest(fileGroup: trusting.id))
        .message(PublicationReply.self)
      #expect(promoted.isNew && promoted.firmware.bundle == firmware.bundle && promoted.firmware.id != firmware.id)
      #expect(promoted.firmware.fileGroupName == "stable")
      let again = try await platform.call("POST", path, admin, PromotionRequest(fileGroup: trusting.id))
        .message(PublicationReply.self)
      #expect(!again.isNew && again.firmware.id == promoted.firmware.id)
      #expect(try await platform.call("POST", path, admin, PromotionRequest(fileGroup: empty.id)).status == 403)
    }
  }

  @Test func `Records go before their rollout, after the times of the workspace, and no device goes back`() async throws
  {
    try await Self.offered { platform, device, firmware, rollout, admin in
      let times = RetentionMessage(rolloutDays: 10, recordDays: 5, uploadHours: 1)
      #expect(try await platform.call("PUT", "/manage/retention", admin, times).status == 200)
      let id = ID<Device>(device.id)
      try await platform.store.write(in: platform.workspace.id) { rows in
        var device = try #require(try rows.device(id))
        try rows.apply(.writes, from: &device, about: ID(rollout.id), at: Instant(0))
        try rows.end(ID(rollout.id), as: .finished)
      }
      let cleaning = HistoryCleaning(
        store: platform.store, clock: { platform.clock.now }, logger: Logger(label: "test"))
      func state(after days: Int64) async throws -> (records: Int, rollouts: Int, newest: Int64) {
        platform.clock.now = Instant(platform.clock.now.seconds + days * 86_400)
        try await cleaning.clean()
        return try await platform.store.read(in: platform.workspace.id) { rows in
          (
            try rows.records(of: id, before: nil, limit: 9).count, try rows.rollouts(Listing()).items.count,
            try rows.newestOrder(of: id)
          )
        }
      }
      #expect(try await state(after: 0) == (1, 1, 1))
      #expect(try await state(after: 4) == (1, 1, 1))
      #expect(try await state(after: 2) == (0, 1, 1))
      #expect(try await state(after: 5) == (0, 0, 1))
    }
  }
}
