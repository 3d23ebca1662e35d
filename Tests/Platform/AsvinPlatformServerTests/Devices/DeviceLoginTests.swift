import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Logins of devices with a key of their own", .usesScratch) struct DeviceLoginTests {
  @Test func `An enrolled device is in the lobby and shown as verifying`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let known = try #require(try await platform.device(device.name))
      #expect(known.placement == .lobby && known.isVerifying && known.deviceClass == TestBundles.board)
      let reply = try await platform.call("GET", "/v2/devices/\(device.id)", device.token())
      #expect(try reply.message(DeviceReply.self).isVerifying)
    }
  }

  @Test func `Enrolling with the same key returns the same device, and another key is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let token = try await platform.token()
      let again = try await platform.call(
        "POST", "/v2/devices", token, DeviceUnderTest.request(device.name, device.key, on: platform, token))
      #expect(again.status == 200)
      #expect(try again.message(EnrolmentReply.self).device == device.id)
      let other = try PrivateKey.generate(.ed25519)
      let thief = try await platform.call(
        "POST", "/v2/devices", token, DeviceUnderTest.request(device.name, other, on: platform, token))
      #expect(thief.status == 409)
      _ = try await platform.ask(
        ESPClient(chip: .esp32, mac: "").post(
          "/api/device/register", #"{"mac":"old","firmware_version":"1"}"#, token: token))
      let taken = try await platform.call(
        "POST", "/v2/devices", token, DeviceUnderTest.request("OLD", other, on: platform, token))
      #expect(taken.status == 409, "a device without a key cannot be replaced either")
    }
  }

  @Test func `A login that is replayed is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let request = try device.loginRequest(nonce: try await device.nonce())
      let first = try await platform.call("POST", "/v2/login", nil, request)
      #expect(first.status == 200)
      let second = try await platform.call("POST", "/v2/login", nil, request)
      #expect(second.status == 401)
    }
  }

  @Test func `A nonce that is expired, unknown or used up by a failed login is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let old = try device.loginRequest(nonce: try await device.nonce())
      platform.clock.now.seconds += 121
      let late = try await platform.call("POST", "/v2/login", nil, old)
      #expect(late.status == 401)
      let made = try await platform.call("POST", "/v2/login", nil, device.loginRequest(nonce: Data(count: 32)))
      #expect(made.status == 401)
      let nonce = try await device.nonce()
      let wrong = try device.loginRequest(nonce: nonce, key: PrivateKey.generate(.ed25519))
      let bad = try await platform.call("POST", "/v2/login", nil, wrong)
      #expect(bad.status == 401)
      let spent = try await platform.call("POST", "/v2/login", nil, device.loginRequest(nonce: nonce))
      #expect(spent.status == 401)
    }
  }

  @Test func `A device cannot log in as another one`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform, "one")
      let other = try await DeviceUnderTest.enrolled(on: platform, "other")
      let request = try device.loginRequest(nonce: try await device.nonce(), device: other.id)
      let reply = try await platform.call("POST", "/v2/login", nil, request)
      #expect(reply.status == 401)
    }
  }

  @Test func `The shared keys of a workspace do not authenticate a device with a key of its own`() async throws {
    try await UpdateTests.rolledOut { platform, device, firmware, rollout in
      let (esp, token) = (ESPClient(chip: .esp32, mac: device.name), try await platform.token())
      let body = #"{"mac":"\#(device.name)","firmware_version":"1.1.0","rollout_id":"\#(rollout.id)"}"#
      let register = try await platform.ask(esp.post("/api/device/register", body, token: token))
      let next = try await platform.ask(esp.post("/api/device/next/rollout", body, token: token))
      _ = try await device.next([1])
      let success = try await platform.ask(esp.post("/api/device/success/rollout", body, token: token))
      let delete = try await platform.ask(
        PostmanClient().send("DELETE", "/api/device/", token: token, #"{"mac":"\#(device.name)"}"#))
      #expect(register.status == 403 && next.text == "{}" && success.status == 404 && delete.status == 403)
      let known = try #require(try await platform.device(device.name))
      #expect(known.firmwareVersion == "1.0")
      let record = try await platform.store.read(in: platform.workspace.id) {
        try $0.record(ID(rollout.id), ID(device.id))
      }
      #expect(record?.state == .offered)
    }
  }

  @Test func `The token of a device gives access to that device only`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform, "one")
      let other = try await DeviceUnderTest.enrolled(on: platform, "other")
      let token = try await device.token()
      let query = UpdateQuery(version: "1.0", images: [])
      let replies = [
        try await platform.call("GET", "/v2/devices/\(other.id)", token),
        try await platform.call("POST", "/v2/devices/\(other.id)/next", token, query),
        try await platform.call(
          "POST", "/v2/devices/\(other.id)/rollouts/1/events", token, DeviceEventRequest(event: .confirmed)),
      ]
      #expect(replies.map(\.status) == [403, 403, 403])
    }
  }

  @Test func `A token expires after ten minutes, and a token with another signature is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let token = try await device.token()
      let path = "/v2/devices/\(device.id)"
      platform.clock.now.seconds += 599
      let good = try await platform.call("GET", path, token)
      #expect(good.status == 200)
      platform.clock.now.seconds += 1
      let late = try await platform.call("GET", path, token)
      #expect(late.status == 401)
      let parts = token.split(separator: ".")
      let forged = try await platform.call("GET", path, "\(parts[0]).\(parts[1]).\(String(parts[2].reversed()))")
      #expect(forged.status == 401)
      let unsigned = try await platform.call("GET", path, "eyJhbGciOiJub25lIn0.\(parts[1]).")
      #expect(unsigned.status == 401)
    }
  }
}
