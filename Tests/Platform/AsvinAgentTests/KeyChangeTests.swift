import AsvinAgent
import AsvinCrypto
import AsvinFixtures
import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPlatformFixtures
import FoundationEssentials
import Testing

// Threat T22.
@Suite("Changes of a device's key", .usesScratch) struct KeyChangeTests {
  private static func change(_ gateway: Gateway) async throws {
    try await PlatformConnection.with("http://127.0.0.1:\(gateway.platform.port)") {
      try await KeyChange(gateway.folder).run(on: $0)
    }
  }

  @Test func `A device replaces its key, polls with the new one, and the old one is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: TestBundles.noise(400))
      let (scratch, path) = (platform.scratch, "gateway/key.pem")
      let old = try scratch.read(path)
      try await Self.change(gateway)
      let new = try scratch.read(path)
      #expect(new != old && !FileManager.default.fileExists(atPath: scratch.path("gateway/key.next.pem")))
      #expect(try await gateway.poll() == .nothing)
      try scratch.write(old, to: path)
      await #expect(throws: Failure.self) { _ = try await gateway.poll() }
      let log = try await platform.store.read(in: platform.workspace.id) { try $0.auditEntries(after: 0, limit: 99) }
      #expect(log.filter { $0.action == "device.key" }.map(\.actor) == ["device 1"])
    }
  }

  @Test func `A change whose reply was lost is completed by the next one`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: TestBundles.noise(400))
      let (scratch, path) = (platform.scratch, "gateway/key.pem")
      let old = try scratch.read(path)
      try await Self.change(gateway)
      let new = try scratch.read(path)
      // The platform has the new key, and the device was cut off before it stored that.
      try scratch.write(old, to: path)
      try scratch.write(new, to: "gateway/key.next.pem")
      try await Self.change(gateway)
      #expect(try scratch.read(path) == new)
      #expect(try await gateway.poll() == .nothing)
      // Without the next key, the old one is of no use.
      try scratch.write(old, to: path)
      let failure = await #expect(throws: Failure.self) { try await Self.change(gateway) }
      #expect(failure?.message.contains("does not know this device") == true)
    }
  }

  @Test func `A key that is left over from a completed change is not taken for a new one`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await Gateway.grouped(on: platform, image: TestBundles.noise(400))
      let (scratch, path) = (platform.scratch, "gateway/key.pem")
      let old = try scratch.read(path)
      // Power was lost after the new key was stored and before the other file was removed.
      try scratch.write(old, to: "gateway/key.next.pem")
      try await Self.change(gateway)
      #expect(try scratch.read(path) != old)
      #expect(try await gateway.poll() == .nothing)
    }
  }
}
