import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinVerifier
import FoundationEssentials
import Testing

// Threat T22.
@Suite("Expected devices", .usesScratch) struct ExpectedDeviceTests {
  private static func expect(_ devices: [ExpectedDeviceRequest], on platform: PlatformUnderTest) async throws
    -> RawReply
  {
    try await platform.call(
      "POST", "/manage/expected-devices", platform.access(.operator), ExpectedDevicesRequest(devices: devices))
  }

  private static func settings(enrolment: Bool, on platform: PlatformUnderTest) async throws {
    let body = SettingsChange(customerKeyEnrolment: enrolment)
    let reply = try await platform.call("PUT", "/manage/settings", platform.access(.admin), body)
    try #require(reply.status == 200)
  }

  private static func bytes(_ key: PrivateKey) -> Data {
    Data(key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } })
  }

  private static func enrol(_ name: String, _ key: PrivateKey, on platform: PlatformUnderTest) async throws -> RawReply
  {
    try await EnrolmentTokenTests.enrol(name, key, platform.token(), on: platform)
  }

  @Test func `A device with its expected key enrols although the customer key enrols none, and is placed at once`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.call("POST", "/manage/device-groups", admin, DeviceGroupRequest(name: "g"))
        .message(DeviceGroupReply.self)
      let (key, thief) = (try PrivateKey.generate(.ed25519), try PrivateKey.generate(.ed25519))
      let wanted = ExpectedDeviceRequest(name: "AA:01", publicKey: Self.bytes(key), label: "kitchen", group: group.id)
      #expect(try await Self.expect([wanted], on: platform).status == 201)
      try await Self.settings(enrolment: false, on: platform)
      #expect(try await Self.enrol("other", thief, on: platform).status == 403)
      let stolen = try await Self.enrol("aa:01", thief, on: platform)
      #expect(stolen.status == 403)
      try await Self.settings(enrolment: true, on: platform)
      let refused = try await Self.enrol("aa:01", thief, on: platform)
      #expect(refused.status == 403 && refused.text.contains("expected with another key"))
      try await Self.settings(enrolment: false, on: platform)
      let reply = try await Self.enrol("aa:01", key, on: platform)
      #expect(try reply.status == 201 && reply.message(EnrolmentReply.self).placement == .grouped)
      #expect(try await platform.device("aa:01")?.label == "kitchen")
      #expect(try await Self.enrol("aa:01", key, on: platform).status == 200, "its reply may have been lost")
      let list = try await platform.call("GET", "/manage/expected-devices", admin).message(ExpectedDeviceList.self)
      #expect(list.items.isEmpty)
      let again = try await Self.expect([wanted], on: platform)
      #expect(try again.status == 201 && again.message(ExpectedDeviceList.self).items.isEmpty, "it has enrolled")
      let other = ExpectedDeviceRequest(name: "AA:01", publicKey: Self.bytes(thief))
      #expect(try await Self.expect([other], on: platform).status == 409)
    }
  }

  @Test func `Without a key in the list, any key enrols, if enrolment is permitted`() async throws {
    try await PlatformUnderTest.run { platform in
      #expect(try await Self.expect([ExpectedDeviceRequest(name: "b")], on: platform).status == 201)
      let key = try PrivateKey.generate(.ed25519)
      try await Self.settings(enrolment: false, on: platform)
      #expect(try await Self.enrol("b", key, on: platform).status == 403, "a name is not a secret")
      try await Self.settings(enrolment: true, on: platform)
      #expect(try await Self.enrol("b", key, on: platform).status == 201)
    }
  }

  @Test func `An asvin client is placed by its name, and does not take that of a device with a key`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.call("POST", "/manage/device-groups", admin, DeviceGroupRequest(name: "g"))
        .message(DeviceGroupReply.self)
      let key = try PrivateKey.generate(.ed25519)
      let reply = try await Self.expect(
        [
          ExpectedDeviceRequest(name: "AA", group: group.id),
          ExpectedDeviceRequest(name: "BB", publicKey: Self.bytes(key)),
        ], on: platform)
      #expect(try reply.message(ExpectedDeviceList.self).items.map(\.key) == [nil, .ed25519])
      let token = try await platform.token()
      func register(_ mac: String) async throws -> Int {
        let body = #"{"mac":"\#(mac)","firmware_version":"1"}"#
        return try await platform.ask(
          ESPClient(chip: .esp32, mac: mac).post("/api/device/register", body, token: token)
        ).status
      }
      #expect(try await register("AA") == 200)
      #expect(try await platform.device("AA")?.group?.value == group.id)
      #expect(try await register("BB") == 403)
      #expect(try await platform.device("BB") == nil)
    }
  }

  @Test func `A list is added completely or not at all, and never shows a symmetric key`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let secret = Data((0..<32).map { UInt8($0) })
      let twice = [ExpectedDeviceRequest(name: "x"), ExpectedDeviceRequest(name: "X")]
      #expect(try await Self.expect(twice, on: platform).status == 201, "one name in two cases")
      let taken = [ExpectedDeviceRequest(name: "y"), ExpectedDeviceRequest(name: "x", label: "another")]
      #expect(try await Self.expect(taken, on: platform).status == 409)
      let known = try await platform.call("GET", "/manage/expected-devices", admin).message(ExpectedDeviceList.self)
      #expect(known.items.map(\.name) == ["x"], "all or none")
      let first = try #require(known.items.first).id
      #expect(try await platform.call("DELETE", "/manage/expected-devices/\(first)", admin).status == 204)
      let both = [ExpectedDeviceRequest(name: "x", publicKey: secret, key: secret)]
      #expect(try await Self.expect(both, on: platform).status == 400)
      let flat = [ExpectedDeviceRequest(name: "x", key: Data(repeating: 1, count: 32))]
      #expect(try await Self.expect(flat, on: platform).status == 400)
      let unknown = [ExpectedDeviceRequest(name: "x", group: 999)]
      #expect(try await Self.expect(unknown, on: platform).status == 404)
      let made = try await Self.expect([ExpectedDeviceRequest(name: "x", key: secret)], on: platform)
      let items = try made.message(ExpectedDeviceList.self).items
      #expect(items.map(\.key) == [.symmetric] && items.count == 1)
      #expect(!made.text.contains(secret.base64EncodedString()))
      let id = try #require(items.first).id
      #expect(try await platform.call("DELETE", "/manage/expected-devices/\(id)", admin).status == 204)
      #expect(try await platform.call("DELETE", "/manage/expected-devices/\(id)", admin).status == 404)
      let log = try await platform.call("GET", "/manage/audit", admin)
      let actions = try log.message(AuditList.self).items.map(\.action)
      #expect(actions.contains("device.expect") && actions.contains("device.forget"))
      let digits = (0..<32).map { "0\(String($0, radix: 16))".suffix(2) }.joined()
      #expect(!log.text.contains(digits))
    }
  }
}
