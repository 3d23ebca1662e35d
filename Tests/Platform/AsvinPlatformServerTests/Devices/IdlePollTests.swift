import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import Testing

@Suite("Idle polls", .usesScratch)
struct IdlePollTests {
  /// Reads SQLite's write-ahead log, which grows with each commit.
  private func log(_ platform: PlatformUnderTest) throws -> [UInt8] { try platform.scratch.read("platform.sqlite-wal") }

  @Test func `A verifying device that polls without an offer writes nothing, and its last contact is known`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      #expect(try await device.next().status == 204)
      let before = try log(platform)
      for _ in 0..<20 { #expect(try await device.next().status == 204) }
      #expect(try log(platform) == before)
      platform.clock.now = Instant(platform.clock.now.seconds + 90_000)
      #expect(try await device.next().status == 204)
      #expect(try log(platform) == before)
      #expect(try await platform.device(device.name)?.seen == platform.clock.now)
    }
  }

  @Test func `A verifying device that polls again after an offer writes nothing`() async throws {
    try await UpdateTests.rolledOut { platform, device, _, _ in
      #expect(try await device.next(UpdateTests.old).status == 200)
      let before = try log(platform)
      for _ in 0..<10 { #expect(try await device.next(UpdateTests.old).status == 200) }
      #expect(try log(platform) == before)
    }
  }

  @Test func `A new version is written at once`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      #expect(try await device.next(version: "1.0").status == 204)
      #expect(try await device.next(version: "2.0").status == 204)
      #expect(try await platform.device(device.name)?.firmwareVersion == "2.0")
    }
  }

  @Test func `An asvin client that registers and polls without an offer writes nothing`() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token(PlatformUnderTest.customerKey, PlatformUnderTest.deviceKey)
      let client = ESPClient(chip: .esp32, mac: "AA:BB")
      let body = #"{"mac":"AA:BB","firmware_version":"1.0","name":"one"}"#
      _ = try await platform.ask(client.post("/api/device/register", body, token: token))
      let before = try log(platform)
      for _ in 0..<10 {
        for path in ["/api/device/register", "/api/device/next/rollout"] {
          #expect(try await platform.ask(client.post(path, body, token: token)).status == 200)
        }
      }
      #expect(try log(platform) == before)
    }
  }

  @Test func `An asvin client that polls again after an offer writes nothing`() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token(PlatformUnderTest.customerKey, PlatformUnderTest.deviceKey)
      let client = ESPClient(chip: .esp8266, mac: "AA:CC")
      let body = #"{"mac":"AA:CC","firmware_version":"1.0"}"#
      _ = try await platform.ask(client.post("/api/device/register", body, token: token))
      try await platform.group("AA:CC")
      let rollout = try await platform.rollOut(try await platform.publish([0xE9, 1, 2, 3], version: "2.0"))
      func poll() async throws -> String? {
        try await platform.ask(client.post("/api/device/next/rollout", body, token: token)).json["rollout_id"]
      }
      #expect(try await poll() == "\(rollout.id.value)")
      let before = try log(platform)
      for _ in 0..<10 { #expect(try await poll() == "\(rollout.id.value)") }
      #expect(try log(platform) == before)
      platform.clock.now = Instant(platform.clock.now.seconds + 500)
      #expect(try await poll() == "\(rollout.id.value)")
      #expect(try log(platform) == before)
    }
  }
}
