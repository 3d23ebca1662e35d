import AsvinBundle
import AsvinCrypto
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinRelease
import AsvinVerifier
import Testing

@testable import AsvinAgent

/// The device's own verifier decides about every offer of the platform.
@Suite("The plan of an offered release", .usesScratch) struct ReleasePlanTests {
  private static func identity() throws -> DeviceIdentity {
    DeviceIdentity(
      platform: "http://localhost", workspace: 1, device: 1, name: "d", vendor: TestBundles.vendor.uuid,
      deviceClass: TestBundles.board.uuid, factorySequence: 1, room: 1 << 20, trust: [try TestBundles.publicKey()])
  }

  private static let running = SlotSetContent(release: "", version: "0.9.0", sequence: 1, images: [])

  private static func envelope(_ key: String = "ed25519", version: String = "1.0.0") throws -> [UInt8] {
    try Scratch.with { scratch in
      let bundle = try TestBundles(scratch: scratch).sign(TestBundles.noise(500), version: version, key: key)
      return try BundleReader(bundle.bytes).envelope()
    }
  }

  private static func reason(
    _ envelope: [UInt8], floor: UInt64 = 1, _ change: (inout DeviceIdentity) -> Void = { _ in }
  ) throws -> Reason? {
    var identity = try identity()
    change(&identity)
    do {
      _ = try ReleasePlan(envelope, for: identity, floor: floor, running: running)
      return nil
    } catch let rejection as Rejection {
      return rejection.reason
    }
  }

  @Test func `A signed release for the device above its rollback floor is accepted`() throws {
    #expect(try Self.reason(Self.envelope()) == nil)
  }

  @Test func `A release at or below the rollback floor is refused`() throws {
    #expect(try Self.reason(Self.envelope(), floor: 1 << 24) == .sequenceNotAboveFloor)
    #expect(try Self.reason(Self.envelope(), floor: 1 << 24 + 1) == .sequenceNotAboveFloor)
  }

  @Test func `A signature of an untrusted key is refused`() throws {
    #expect(try Self.reason(Self.envelope("ecdsa-p256")) == .untrustedKey)
  }

  @Test func `A release of another class or vendor is refused`() throws {
    let envelope = try Self.envelope()
    #expect(try Self.reason(envelope) { $0.deviceClass = TestBundles.vendor.uuid } == .wrongClass)
    #expect(try Self.reason(envelope) { $0.vendor = TestBundles.board.uuid } == .wrongVendor)
  }

  @Test func `Every changed byte of the envelope is refused`() throws {
    let envelope = try Self.envelope()
    for index in envelope.indices {
      var changed = envelope
      changed[index] ^= 1
      #expect(throws: Rejection.self, "byte \(index)") {
        try ReleasePlan(changed, for: Self.identity(), floor: 1, running: Self.running)
      }
    }
  }
}
