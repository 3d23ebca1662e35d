import AsvinBundle
import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Updates of verifying devices", .usesScratch) struct UpdateTests {
  static let old = TestBundles.noise(150_000)
  static let new: [UInt8] = {
    var image = old
    image[5000] ^= 1
    image += TestBundles.noise(700, seed: 5)
    return image
  }()

  /// A release with a patch. It is made once, because making it is slow.
  private static let bundle = Result {
    try Scratch.with { scratch in
      let bundles = TestBundles(scratch: scratch)
      let first = try bundles.sign(old, version: "1.0.0")
      return try bundles.sign(new, version: "1.1.0", from: [first.path]).bytes
    }
  }

  /// Runs a body with a grouped device, and a rollout of a release with a patch for the device's image.
  static func rolledOut(
    batch: BatchMessage? = nil,
    _ body: @escaping @Sendable (PlatformUnderTest, DeviceUnderTest, FirmwareReply, RolloutReply) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      let firmware = try await platform.publish(bundle: bundle.get())
      try await body(platform, device, firmware, platform.rollOut(firmware, batch: batch))
    }
  }

  @Test func `A device gets the envelope and the patch for its image`() async throws {
    try await Self.rolledOut { platform, device, firmware, rollout in
      let update = try await device.next(Self.old).message(UpdateReply.self)
      #expect(update.rollout == rollout.id && update.release == firmware.release && update.version == "1.1.0")
      #expect(update.envelope.count < 500)
      let payload = try #require(update.payloads.first)
      #expect(update.payloads.count == 1 && payload.kind == .patch && payload.size < 2000)
    }
  }

  @Test func `A device with another base or too little memory gets the image`() async throws {
    try await Self.rolledOut { platform, device, _, _ in
      for reply in [try await device.next([1, 2]), try await device.next(Self.old, memory: 100)] {
        let payload = try #require(try reply.message(UpdateReply.self).payloads.first)
        #expect(payload.kind == .image && payload.size == UInt64(Self.new.count))
      }
    }
  }

  @Test func `A release that the device already has is not sent and is marked as skipped`() async throws {
    try await Self.rolledOut { platform, device, _, rollout in
      let reply = try await device.next(Self.new, version: "1.1.0")
      #expect(reply.status == 204 && reply.field("Retry-After") == "60" && reply.body.isEmpty)
      let record = try await platform.store.read(in: platform.workspace.id) {
        try $0.record(ID(rollout.id), ID(device.id))
      }
      #expect(record?.state == .skipped)
    }
  }

  @Test func `Repeated reports from downloading to confirmed are counted once`() async throws {
    try await Self.rolledOut(batch: BatchMessage(waves: [])) { platform, device, _, rollout in
      _ = try await device.next(Self.old)
      for _ in 0..<2 {
        for (event, state) in [
          (DeviceEventRequest(event: .downloading, progress: 40), RecordState.downloading),
          (DeviceEventRequest(event: .installed), .installed), (DeviceEventRequest(event: .confirmed), .confirmed),
        ] {
          let reply = try await device.report(event, about: rollout.id)
          #expect(reply.status == 200)
          let known = try reply.message(DeviceEventReply.self).state
          #expect(known == state || known == .confirmed)
        }
      }
      let admin = try await platform.access(.viewer)
      let shown = try await platform.call("GET", "/manage/rollouts/\(rollout.id)", admin).message(RolloutReply.self)
      #expect(shown.phase == .finished && shown.tally.confirmed == 1)
    }
  }

  @Test func `A failure is recorded with its reason`() async throws {
    try await Self.rolledOut { platform, device, _, rollout in
      _ = try await device.next(Self.old)
      _ = try await device.report(DeviceEventRequest(event: .failed, reason: 55), about: rollout.id)
      let admin = try await platform.access(.viewer)
      let devices = try await platform.call("GET", "/manage/rollouts/\(rollout.id)/devices", admin)
        .message(RolloutDeviceList.self)
      #expect(devices.items.map(\.state) == [.failed] && devices.items.map(\.reason) == [55])
      let next = try await device.next(Self.old)
      #expect(next.status == 204)
    }
  }

  @Test func `A report about a rollout that was not offered is refused`() async throws {
    try await Self.rolledOut { platform, device, _, rollout in
      let reply = try await device.report(DeviceEventRequest(event: .confirmed), about: rollout.id)
      #expect(reply.status == 404)
    }
  }

  @Test func `A release of another class is not offered`() async throws {
    try await Self.rolledOut { platform, device, firmware, _ in
      try await platform.store.write(in: platform.workspace.id) { rows in
        var known = try #require(try rows.device(ID(device.id)))
        known.deviceClass = TestBundles.vendor
        try rows.put(known)
      }
      let reply = try await device.next(Self.old)
      #expect(reply.status == 204)
    }
  }

  @Test func `An asvin client in the same rollout gets the image of the bundle`() async throws {
    try await Self.rolledOut { platform, device, firmware, _ in
      let (esp, token) = (ESPClient(chip: .esp32, mac: "AA:BB"), try await platform.token())
      let body = #"{"mac":"AA:BB","firmware_version":"1.0"}"#
      _ = try await platform.ask(esp.post("/api/device/register", body, token: token))
      try await platform.group("AA:BB")
      let next = try await platform.ask(esp.post("/api/device/next/rollout", body, token: token))
      #expect(next.json["version"] == "1.1.0")
      let image = try await platform.ask(esp.update(firmware.cid, token: token))
      #expect(image.status == 200 && image.body == Self.new)
    }
  }
}
