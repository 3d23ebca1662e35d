import AsvinManifest
import AsvinPlatform
import Testing

// Threat T26: a key that reaches a log or a report is a leak.
@Suite("Symmetric keys of devices") struct DeviceKeyTests {
  static let bytes = FixedBytes<32> { UInt8(100 + $0) }

  @Test func `The description of a key does not contain it`() throws {
    let key = try #require(SharedKey(Self.bytes))
    var device = Device(
      id: ID(1), name: try #require(DeviceName("sensor")), label: "", firmwareVersion: "", registered: Instant(0),
      seen: Instant(0))
    device.key = .shared(key)
    var dumped = ""
    dump(device, to: &dumped)
    for text in ["\(key)", "\(device)", String(reflecting: device), dumped] {
      #expect(!text.contains("100") && !text.contains("101"), "\(text)")
    }
    #expect(dumped.contains("a symmetric key"))
  }

  @Test func `Bytes that are all the same make no key`() {
    for byte in [0, 0x5A, 0xFF] as [UInt8] { #expect(SharedKey(FixedBytes { _ in byte }) == nil) }
    #expect(SharedKey(FixedBytes { $0 == 31 ? 1 : 0 }) != nil)
  }

  @Test func `Keys are equal only if all bytes are`() throws {
    let key = try #require(SharedKey(Self.bytes))
    #expect(key == SharedKey(stored: Self.bytes))
    for index in 0..<32 {
      #expect(key != SharedKey(stored: FixedBytes { $0 == index ? 1 : Self.bytes[$0] }), "\(index)")
    }
    #expect(DeviceKey.shared(key) != .ed25519(Self.bytes))
  }
}
