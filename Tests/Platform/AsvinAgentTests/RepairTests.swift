import AsvinHost
import AsvinAgent
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinRelease
import FoundationEssentials
import Testing

@Suite("Damaged state", .usesScratch) struct RepairTests {
  private static let factory = TestBundles.noise(5000)

  /// Runs a body with a gateway that runs 1.0.0 from bank b.
  private static func updated(_ body: @escaping @Sendable (Gateway) async throws -> Void) async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: factory, room: 16_384)
      _ = try await gateway.release(TestBundles.noise(9000, seed: 2), "1.0.0")
      let outcome = try await gateway.update()
      #expect(outcome == .updated("1.0.0"))
      try await body(gateway)
    }
  }

  private static let floor: UInt64 = 1 << 24

  @Test(arguments: [
    "rm banks.json", "echo '{' > banks.json", "rm boot", "head -c 8192 /dev/urandom > boot", ": > boot",
    "rm outbox.json",
    "echo '{\"letters\":' > outbox.json", "head -c 8192 /dev/urandom > journal-0", "rm -f journal-0",
    "rm banks.json boot",
    "rm banks.json boot outbox.json", "rm device.json", "echo x > device.json",
    "head -c 300 /dev/urandom > start.json",
    "rm a-0", "rm b.envelope", "echo x > b.envelope",
  ])
  func `Lost state is restored from signed data, and the rollback floor never sinks`(_ damage: String) async throws {
    try await Self.updated { gateway in
      _ = try await Shell.output(of: "cd '\(gateway.folder.path)' && \(damage)")
      // An old release has a valid signature, and a platform may offer it.
      var outcome = try await gateway.poll()
      // Without any record, the newer release is tried again.
      if outcome == .updated("1.0.0") { outcome = try await gateway.poll() }
      #expect(outcome == .nothing, "\(gateway.lines.text)")
      let run = try await gateway.status()
      let status = try JSONDecoder().decode(DeviceStatus.self, from: Data(run.output.utf8))
      #expect(status.running.version == "1.0.0" && status.floor == Self.floor, "\(run.all)")
      _ = try await gateway.release(TestBundles.noise(9000, seed: 3), "1.1.0")
      let next = try await gateway.update()
      #expect(next == .updated("1.1.0"), "\(gateway.lines.text)")
    }
  }

  @Test func `An older copy of the boot record does not downgrade the device`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.factory, room: 16_384)
      _ = try await gateway.release(TestBundles.noise(9000, seed: 2), "1.0.0")
      _ = try await gateway.poll()
      _ = try await Shell.output(of: "cd '\(gateway.folder.path)' && cp boot boot.old")
      _ = try await gateway.poll()
      _ = try await gateway.release(TestBundles.noise(9000, seed: 3), "1.1.0")
      let outcome = try await gateway.update()
      #expect(outcome == .updated("1.1.0"))
      _ = try await Shell.output(of: "cd '\(gateway.folder.path)' && cp boot.old boot")
      _ = try await gateway.poll()
      let running = try await gateway.with { try await $0.running() }
      #expect(running.version == "1.1.0", "\(gateway.lines.text)")
    }
  }

  @Test func `A damaged running image is noticed at the start, shown, and replaced without a patch`() async throws {
    try await PlatformUnderTest.run { platform in
      let old = TestBundles.noise(60_000)
      let gateway = try await Gateway.grouped(on: platform, image: old)
      let base = try TestBundles(scratch: platform.scratch).sign(old, version: "0.9.0")
      var bytes = try platform.scratch.read("gateway/a-0")
      bytes[4321] ^= 1
      try platform.scratch.write(bytes, to: "gateway/a-0")
      let idle = try await gateway.poll()
      #expect(idle == .nothing)
      #expect(gateway.lines.text.contains { $0.contains("is damaged on the disk") }, "\(gateway.lines.text)")
      let status = try await gateway.status()
      #expect(status.output.contains("\"isIntact\" : false"))
      var image = old
      image[100] ^= 0xFF
      let release = try await gateway.release(image, "1.0.0", from: [base.path])
      let outcome = try await gateway.update()
      #expect(outcome == .updated("1.0.0"), "\(gateway.lines.text)")
      #expect(!gateway.lines.text.contains { $0.contains("fetching a patch") }, "\(gateway.lines.text)")
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .confirmed && record.failures == 0)
    }
  }

  @Test func `After a failed patch, the same update uses the image`() async throws {
    try await PlatformUnderTest.run { platform in
      let old = TestBundles.noise(60_000)
      let gateway = try await Gateway.grouped(on: platform, image: old)
      let base = try TestBundles(scratch: platform.scratch).sign(old, version: "0.9.0")
      var image = old
      image += TestBundles.noise(9000, seed: 4)
      let release = try await gateway.release(image, "1.0.0", from: [base.path])
      let proxy = try Interceptor(to: platform.port) { line, _ in
        // The patch is the only payload that is fetched as a sealed stream.
        line.contains("/sealed") ? .init(200, String(repeating: "x", count: 5000)) : nil
      }
      defer { proxy.end() }
      let outcome = try await gateway.update(port: proxy.port)
      #expect(outcome == .updated("1.0.0"), "\(gateway.lines.text)")
      #expect(proxy.count("/sealed") > 0)
      #expect(gateway.lines.text.contains { $0.contains("cannot be used") }, "\(gateway.lines.text)")
      let record = try await gateway.record(release.rollout)
      #expect(record.state == .confirmed && record.failures == 0)
    }
  }

  @Test
  func `A removed device reports that, and enrols again with the workspace keys; a wiped device gets a hint`()
    async throws
  {
    try await Self.updated { gateway in
      let platform = gateway.platform
      let admin = try await platform.access(.admin)
      let gone = try await platform.call("DELETE", "/manage/devices/1", admin)
      #expect(gone.status == 204)
      let failure = await #expect(throws: Failure.self) { try await gateway.poll() }
      #expect(failure?.message.contains("does not know this device") == true, "\(String(describing: failure))")
      let keys = EnrolmentKeys.workspace(customer: PlatformUnderTest.customerKey, device: PlatformUnderTest.deviceKey)
      let outcome = try await gateway.poll(hooks: DeviceHooks(keys: keys))
      #expect(outcome == .nothing, "\(gateway.lines.text)")
      let identity = try gateway.folder.identity()
      #expect(identity.device != 1)
      // The device was wiped: its key is lost, and the platform knows its name.
      _ = try await Shell.output(of: "rm -r '\(gateway.folder.path)'")
      let refused = await #expect(throws: Failure.self) {
        try await Gateway.enrol(on: platform, in: gateway.folder, image: Self.factory)
      }
      #expect(refused?.hint?.contains("device rekey") == true, "\(String(describing: refused))")
      let removed = try await platform.call("DELETE", "/manage/devices/\(identity.device)", admin)
      #expect(removed.status == 204)
      try await Gateway.enrol(on: platform, in: gateway.folder, image: Self.factory)
      let again = try await gateway.poll()
      #expect(again == .nothing)
    }
  }

  @Test func `A 16 MB update has few reports`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: Self.factory, room: 17 << 20)
      _ = try await gateway.release([UInt8](repeating: 7, count: 16 << 20), "1.0.0")
      let proxy = try Interceptor(to: platform.port)
      defer { proxy.end() }
      var outcome = DeviceAgent.Outcome.nothing
      // On a busy machine a connection may time out. The download is resumed.
      for _ in 0..<10 where outcome != .updated("1.0.0") {
        do {
          outcome = try await gateway.update(port: proxy.port)
        } catch let failure as Failure where failure.kind == .unreachable {
          continue
        }
      }
      #expect(outcome == .updated("1.0.0"))
      #expect(proxy.count("/events") <= 25)
    }
  }
}
