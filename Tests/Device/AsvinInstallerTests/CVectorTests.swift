import AsvinDeviceC
import AsvinFixtures
import CAsvinDevice
import FoundationEssentials
import AsvinCrypto
import AsvinManifest
import AsvinVerifier
import Testing

/// Threats T1, T2, T8, T14, T15, T16: the envelopes of an independent encoder, through the interface for C.
@Suite("Envelopes of another encoder, in C")
struct CVectorTests {
  /// A device in C has one slot, and refuses a release of two components before it looks at their payloads.
  private static let otherReasons: [String: Reason] = ["second-component-unusable": .slotUnknown]

  /// The device of the vectors: two keys, floor and sequence number 6, no memory for patches.
  private static func outcome(of envelope: [UInt8]) throws -> Int32 {
    let device = CDevice(running: [1], room: 4096)
    let folder = "\(Shared.projectFolder)/Keys/TEST-ONLY-"
    var keys: [asvin_key] = []
    for (name, algorithm) in [("ed25519", ASVIN_ED25519), ("ecdsa-p256", ASVIN_ECDSA_P256)] {
      let pem = Array(try Data(contentsOf: URL(filePath: "\(folder)\(name).pub.pem")))
      let publicKey = try PublicKey(pem: pem)
      var key = asvin_key()
      key.algorithm = Int32(algorithm)
      device.put(publicKey.bytes, into: &key.bytes)
      keys.append(key)
    }
    let vendor = Identifier.vendor(domain: "example.com")
    let deviceClass = Identifier.deviceClass("board", of: vendor)
    unsafe device.put(vendor.span, into: &device.device.pointee.vendor)
    unsafe device.put(deviceClass.span, into: &device.device.pointee.device_class)
    unsafe (device.device.pointee.factory_floor, device.device.pointee.factory_sequence) = (6, 6)
    unsafe (device.device.pointee.features, device.device.pointee.memory_bytes) = (0, 0)
    return unsafe keys.withUnsafeBufferPointer { keys in
      unsafe (device.device.pointee.keys, device.device.pointee.key_count) = (keys.baseAddress, UInt32(keys.count))
      var plan = asvin_plan()
      return unsafe asvin_verify(device.device, envelope, UInt32(envelope.count), &plan)
    }
  }

  @Test(arguments: Vector.all("envelope"))
  func `asvin_verify gives each envelope the reason code in its file`(vector: Vector) throws {
    let code = Self.otherReasons[vector.name].map { Int32($0.rawValue) } ?? Int32(vector.expected[1])
    let expected = try #require(code == 0 ? Int32(ASVIN_DONE) : code)
    let outcome = try Self.outcome(of: vector.bytes)
    #expect(outcome == expected)
  }
}
