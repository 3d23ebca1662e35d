import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import Testing

@Suite("Polls that change nothing", .usesScratch)
struct IdlePollTests {
  /// SQLite's log, to which it appends each commit.
  private func log(_ platform: PlatformUnderTest) throws -> [UInt8] { try platform.scratch.read("platform.sqlite-wal") }

  @Test("A device with our verifier that polls and is sent nothing writes nothing for five minutes")
  func verifying() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      #expect(try await device.next().status == 204)
      let before = try log(platform)
      for _ in 0..<20 { #expect(try await device.next().status == 204) }
      #expect(try log(platform) == before)
      platform.clock.now = Instant(platform.clock.now.seconds + 300)
      #expect(try await device.next().status == 204)
      #expect(try log(platform) != before)
      #expect(try await platform.device(device.name)?.seen == platform.clock.now)
    }
  }

  @Test("A device that was offered a release and polls again writes nothing")
  func offered() async throws {
    try await UpdateTests.rolledOut { platform, device, _, _ in
      #expect(try await device.next(UpdateTests.old).status == 200)
      let before = try log(platform)
      for _ in 0..<10 { #expect(try await device.next(UpdateTests.old).status == 200) }
      #expect(try log(platform) == before)
    }
  }

  @Test("Another version is written at once")
  func version() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      #expect(try await device.next(version: "1.0").status == 204)
      #expect(try await device.next(version: "2.0").status == 204)
      #expect(try await platform.device(device.name)?.firmwareVersion == "2.0")
    }
  }

  @Test("One of asvin's clients that polls and is sent nothing writes nothing")
  func legacy() async throws {
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
}
