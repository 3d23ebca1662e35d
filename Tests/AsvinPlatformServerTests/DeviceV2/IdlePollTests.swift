import AsvinFixtures
import AsvinPlatform
import AsvinPlatformAPI
import Testing

@Suite("Polls that change nothing", .usesScratch)
struct IdlePollTests {
  /// Runs a body, and tells whether it committed anything: SQLite appends each commit to its log.
  private func writes(_ platform: PlatformUnderTest, _ body: () async throws -> Void) async throws -> Bool {
    let before = try platform.scratch.read("platform.sqlite-wal")
    try await body()
    return try platform.scratch.read("platform.sqlite-wal") != before
  }

  @Test("A device with our verifier that polls and is sent nothing writes nothing for five minutes")
  func verifying() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      try await platform.group(device.name)
      #expect(try await device.next().status == 204)
      let wrote = try await writes(platform) {
        for _ in 0..<20 { #expect(try await device.next().status == 204) }
      }
      #expect(!wrote)
      platform.clock.now = Instant(platform.clock.now.seconds + 300)
      #expect(try await writes(platform) { #expect(try await device.next().status == 204) })
      #expect(try await platform.device(device.name)?.seen == platform.clock.now)
    }
  }

  @Test("A device that was offered a release and polls again writes nothing")
  func offered() async throws {
    try await UpdateTests.rolledOut { platform, device, _, _ in
      #expect(try await device.next(UpdateTests.old).status == 200)
      let wrote = try await writes(platform) {
        for _ in 0..<10 { #expect(try await device.next(UpdateTests.old).status == 200) }
      }
      #expect(!wrote)
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
      let wrote = try await writes(platform) {
        for _ in 0..<10 {
          for path in ["/api/device/register", "/api/device/next/rollout"] {
            #expect(try await platform.ask(client.post(path, body, token: token)).status == 200)
          }
        }
      }
      #expect(!wrote)
    }
  }
}
