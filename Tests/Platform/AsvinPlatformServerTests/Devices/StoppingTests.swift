import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Stopped rollouts in the APIs", .usesScratch) struct StoppingTests {
  /// Runs a body with a device that was offered a payload, its path and a token.
  private static func begun(
    _ body: @escaping @Sendable (PlatformUnderTest, DeviceUnderTest, RolloutReply, String, String) async throws -> Void
  ) async throws {
    try await UpdateTests.rolledOut(batch: BatchMessage(waves: [], endsWhenDone: false)) {
      platform, device, _, rollout in
      let path = try #require(try await device.next([1]).message(UpdateReply.self).payloads.first).path
      try await body(platform, device, rollout, path, device.token())
    }
  }

  private static func act(_ action: String, _ rollout: Int64, on platform: PlatformUnderTest) async throws -> RawReply {
    try await platform.call("POST", "/manage/rollouts/\(rollout)/\(action)", platform.access(.operator))
  }

  private static func move(
    _ device: DeviceUnderTest, _ placement: PlacementRequest, on platform: PlatformUnderTest
  ) async throws {
    let reply = try await platform.call(
      "PUT", "/manage/devices/\(device.id)/placement", platform.access(.operator), placement)
    try #require(reply.status == 200)
  }

  @Test(arguments: [
    ("abort", 410, "the rollout is aborted"), ("finish", 410, "the rollout is finished"),
    ("pause", 409, "the rollout is paused"), ("disable", 409, "the rollout is disabled for the device"),
  ])
  func `Payloads and reports are refused with a message if the rollout is not live`(
    action: String, status: Int, words: String
  ) async throws {
    try await Self.begun { platform, device, rollout, path, token in
      #expect(try await platform.call("GET", path, token).status == 200)
      #expect(try await Self.act(action, rollout.id, on: platform).status == 200)
      let payload = try await platform.call("GET", path, token)
      #expect(payload.status == status)
      #expect(try payload.message(Problem.self).message == words)
      let sealed = try await platform.call("GET", "\(path)/sealed", token)
      #expect(sealed.status == status)
      for event in [DeviceEvent.downloading, .installed] {
        let reply = try await device.report(DeviceEventRequest(event: event, progress: 50), about: rollout.id)
        #expect(reply.status == status, "\(event)")
      }
      let next = try await device.next([1])
      #expect(next.status == 204)
    }
  }

  @Test func `A confirmation after an abort is recorded and not counted`() async throws {
    try await Self.begun { platform, device, rollout, _, _ in
      #expect(try await Self.act("abort", rollout.id, on: platform).status == 200)
      let reply = try await device.report(DeviceEventRequest(event: .confirmed), about: rollout.id)
      #expect(reply.status == 200)
      #expect(try reply.message(DeviceEventReply.self).state == .confirmed)
      let viewer = try await platform.access(.viewer)
      let shown = try await platform.call("GET", "/manage/rollouts/\(rollout.id)", viewer).message(RolloutReply.self)
      #expect(shown.phase == .aborted && shown.tally.confirmed == 0 && shown.tally.offered == 1)
    }
  }

  @Test func `A moved device gets no payload, and a blacklisted device gets no token either`() async throws {
    try await Self.begun { platform, device, rollout, path, token in
      try await Self.move(device, PlacementRequest(placement: .ungrouped), on: platform)
      let moved = try await platform.call("GET", path, token)
      #expect(moved.status == 409)
      try await Self.move(device, PlacementRequest(placement: .blacklisted), on: platform)
      let payload = try await platform.call("GET", path, token)
      #expect(payload.status == 409)
      #expect(try payload.message(Problem.self).message == "the device is blacklisted")
      let login = try await platform.call("POST", "/v2/login", nil, device.loginRequest(nonce: device.nonce()))
      #expect(login.status == 403)
    }
  }

  @Test func `asvin's clients are refused images and reports as well`() async throws {
    try await PlatformUnderTest.run { platform in
      let mac = "AA:BB:CC:DD:EE:09"
      let (esp, token) = (ESPClient(chip: .esp32, mac: mac), try await platform.token())
      let body = #"{"mac":"\#(mac)","firmware_version":"1.0"}"#
      _ = try await platform.ask(esp.post("/api/device/register", body, token: token))
      try await platform.group(mac)
      let firmware = try await platform.publish([0xE9, 1, 2, 3], version: "2.0")
      let rollout = try await platform.rollOut(firmware)
      let cid = firmware.image.contentID
      let success = #"{"mac":"\#(mac)","firmware_version":"1.0","rollout_id":"\#(rollout.id.value)"}"#
      #expect(try await platform.ask(esp.update(cid, token: token)).status == 200)
      for (action, status) in [("pause", 409), ("abort", 410)] {
        #expect(try await Self.act(action, rollout.id.value, on: platform).status == 200)
        for request in [
          esp.update(cid, token: token), esp.post("/firmware/download", #"{"cid":"\#(cid)"}"#, token: token),
          PostmanClient().send("GET", "/firmware/\(cid)", token: token),
          esp.post("/api/device/success/rollout", success, token: token),
        ] {
          let reply = try await platform.ask(request)
          #expect(reply.status == status && reply.text.contains("message"))
        }
      }
    }
  }

  @Test func `A blacklisted board gets no image, and no token if it names itself`() async throws {
    try await PlatformUnderTest.run { platform in
      let mac = "AA:BB:CC:DD:EE:0A"
      let (esp, token) = (ESPClient(chip: .esp8266, mac: mac), try await platform.token())
      let body = #"{"mac":"\#(mac)","firmware_version":"1.0"}"#
      _ = try await platform.ask(esp.post("/api/device/register", body, token: token))
      try await platform.group(mac)
      let firmware = try await platform.publish([0xE9, 1, 2, 3], version: "2.0")
      try await platform.rollOut(firmware)
      try await platform.store.write(in: platform.workspace.id) { rows in
        var device = try rows.device(called: mac)
        try rows.move(&device, to: .blacklisted)
      }
      let reply = try await platform.ask(esp.update(firmware.image.contentID, token: token))
      #expect(reply.status == 409)
      let login = ClientRequests.request(
        "POST /auth/login HTTP/1.1",
        ["Host: platform.example", "Content-Type: application/json", "x-ESP8266-STA-MAC: \(mac)"],
        ClientRequests.loginBody(platform.clock.now.seconds))
      #expect(try await platform.ask(login).status == 403)
    }
  }
}
