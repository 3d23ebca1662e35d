import AsvinCrypto
import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Logging
import Testing

@testable import AsvinPlatformServer

@Suite("The audit log", .usesScratch) struct AuditTests {
  private static func entries(_ platform: PlatformUnderTest, _ token: String) async throws -> [AuditEntryReply] {
    let list = try await platform.call("GET", "/manage/audit?limit=1000", token).message(AuditList.self)
    #expect(list.isIntact)
    return list.items
  }

  @Test func `An entry has the token, the address, the digests and what changed`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let admin = try await platform.access(.admin)
      let group = try await platform.call(
        "POST", "/manage/device-groups", admin, DeviceGroupRequest(name: "devices")
      ).message(DeviceGroupReply.self)
      let id = try await platform.store.read(in: platform.workspace.id) { try $0.device(called: device.name).id.value }
      _ = try await platform.call(
        "PUT", "/manage/devices/\(id)/placement", admin, PlacementRequest(placement: .grouped, group: group.id))
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "1.0.0").bytes
      let firmware = try await platform.publish(bundle: bundle)
      let files = try await platform.call("GET", "/manage/file-groups", admin).message(FileGroupList.self).items[0]
      let other = try Shared.projectText("Keys/TEST-ONLY-ecdsa-p256.pub.pem")
      _ = try await platform.call(
        "PUT", "/manage/file-groups/\(files.id)", admin, FileGroupRequest(name: files.name, trust: [other]))
      let entries = try await Self.entries(platform, admin)
      func entry(_ action: String) throws -> AuditEntryReply {
        let found = entries.last { $0.action == action }
        return try #require(found)
      }
      func value(_ name: String, _ action: String) throws -> String? {
        try entry(action).details.first { $0.name == name }?.value
      }
      let grouped = try entry("device.grouped")
      #expect(grouped.token != nil && grouped.address == "127.0.0.1" && grouped.actor == admin)
      #expect(grouped.subject == "device \(id) into device group \(group.id)")
      #expect(try value("group-name", "device.grouped") == "devices")
      #expect(try entry("device.enrol").token == nil && entry("device.enrol").address == "127.0.0.1")
      #expect(try value("manifest", "firmware.publish") == firmware.release)
      #expect(try value("bundle", "upload.begin") == firmware.bundle)
      let added = try await Shell.output(
        of:
          "openssl pkey -pubin -in '\(Shared.projectFolder)/Keys/TEST-ONLY-ecdsa-p256.pub.pem' -outform DER | sha256sum"
      )
      #expect(try value("key-added", "file-group.change") == String(added.prefix(64)))
      #expect(try value("key-removed", "file-group.change") != nil)
    }
  }

  @Test func `What a rollout does by itself is in the log with the digest of its plan`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let bundle = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(300), version: "1.0.0").bytes
      let firmware = try await platform.publish(bundle: bundle)
      var batch = BatchMessage(waves: ["1"])
      batch.failureThreshold = 50
      let rollout = try await platform.rollOut(firmware, batch: batch)
      _ = try await device.next()
      _ = try await device.report(DeviceEventRequest(event: .failed, reason: 3), about: rollout.id)
      let entry = try #require(try await Self.entries(platform, admin).last)
      #expect(entry.action == "rollout.stop" && entry.actor == "platform")
      let plan = try await platform.store.read(in: platform.workspace.id) { try $0.rollout(ID(rollout.id))?.plan }
      #expect(entry.details.contains(AuditDetail("plan", plan?.digest.hexadecimal ?? "")))
      #expect(entry.details.contains(AuditDetail("manifest", firmware.release ?? "")))
      #expect(entry.details.contains(AuditDetail("failed", "1")))
    }
  }

  @Test func `Old entries are removed, the signed base continues into the rest, and counted actions are stated`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      for number in 1...3 {
        _ = try await platform.call("POST", "/manage/device-groups", admin, DeviceGroupRequest(name: "old \(number)"))
      }
      platform.clock.now = Instant(platform.clock.now.seconds + 40 * 86_400)
      _ = try await platform.call("POST", "/manage/device-groups", admin, DeviceGroupRequest(name: "new"))
      let tokens = try await Tokens(key: try Shared.projectText("Keys/TEST-ONLY-rsa-2048.pem"))
      let keeping = AuditKeeping(
        store: platform.store.audited, tokens: tokens, clock: { platform.clock.now },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, days: 30)
      #expect(try await keeping.prune(platform.workspace.id) == 3)
      #expect(try await keeping.prune(platform.workspace.id) == 0)
      let entries = try await Self.entries(platform, admin)
      #expect(entries.map(\.number) == [4, 5] && entries[1].action == "audit.prune")
      let head = try await platform.call("GET", "/manage/audit/head", admin).message(AuditHeadReply.self)
      let key = try RSAPublicKey(pem: try await platform.call("GET", "/manage/receipt-key", admin).body)
      let base = try AuditHead(try #require(head.base), .base, signedBy: key)
      var proof = try AuditProof(
        workspace: platform.workspace.id.value, base: base, heads: [try AuditHead(head.head, .head, signedBy: key)])
      for entry in entries { try proof.add(entry) }
      try proof.finish()
      #expect(base.link.number == 3 && proof.last.number == 5)
      #expect(throws: AuditProof.Fault.missing(from: 1, to: 3)) {
        var whole = try AuditProof(workspace: platform.workspace.id.value, base: nil, heads: [])
        try whole.add(entries[0])
      }
    }
  }
}
