import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import Testing

@Suite("asvin's unmodified clients", .usesScratch, .serialized) struct CompatibilityTests {
  private static let mac = "AA:BB:CC:DD:EE:01"
  private static let esp = ESPClient(chip: .esp8266, mac: mac)
  private static let image: [UInt8] = [0xE9] + (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  private static func registerBody(_ name: String? = "device-name") -> String {
    let label = name.map { #","name":"\#($0)""# } ?? ""
    return #"{"mac":"\#(mac)","firmware_version":"1.0"\#(label)}"#
  }

  private static let pollBody = #"{"mac":"\#(mac)","firmware_version":"1.0"}"#

  /// Runs a body with a registered and grouped device, and a rollout to it.
  private static func rolledOut(
    _ body: @escaping @Sendable (PlatformUnderTest, String, Firmware, Rollout) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      _ = try await platform.ask(esp.post("/api/device/register", registerBody(), token: token))
      try await platform.group(mac)
      let firmware = try await platform.publish(image, version: "2.0")
      try await body(platform, token, firmware, try await platform.rollOut(firmware))
    }
  }

  @Test
  func
    `4: registering twice is answered by 200 with asvin's texts; 5: the name is optional, and a trailing comma is accepted`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      for (body, text) in [
        (Self.registerBody(nil), "Device inserted!"), (Self.registerBody(), "Device exists!"),
        (#"{"mac":"aa:bb:cc:dd:ee:01","firmware_version":"1.0","name":"device-name",}"#, "Device exists!"),
      ] {
        let reply = try await platform.ask(Self.esp.post("/api/device/register", body, token: token))
        #expect(reply.status == 200)
        #expect(reply.json == ["message": text, "firmware_version": "1.0"])
      }
    }
  }

  @Test func `6: the reply is {} for devices in the lobby, ungrouped, blacklisted and unregistered`() async throws {
    try await Self.rolledOut { platform, token, _, _ in
      for placement in [Device.Location.lobby, .ungrouped, .blacklisted] {
        try await platform.store.write(in: platform.workspace.id) { rows in
          var device = try rows.device(called: Self.mac)
          try rows.move(&device, to: placement)
        }
        let reply = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.pollBody, token: token))
        #expect(reply.status == 200 && reply.text == "{}")
      }
      let stranger = try await platform.ask(
        Self.esp.post("/api/device/next/rollout", #"{"mac":"nobody","firmware_version":"1.0"}"#, token: token))
      #expect(stranger.status == 200 && stranger.text == "{}")
    }
  }

  @Test func `7 and 8: the next rollout has only texts for both generations, and fits a kilobyte`() async throws {
    try await Self.rolledOut { platform, token, firmware, rollout in
      let reply = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.pollBody, token: token))
      #expect(
        reply.json == [
          "rollout_id": "\(rollout.id.value)", "id": "\(rollout.id.value)", "rollout_name": "new-demo-rollout",
          "name": "new-demo-rollout", "priority": "1", "start_date": "2027-01-15 08:00:00", "version": "2.0",
          "firmware_id": "\(firmware.id.value)",
        ])
      #expect(reply.body.count < 500)
      let generator = LoadGenerator(mac: Self.mac)
      let first = try await platform.ask(
        generator.post("/api/device/next/rollout", #""mac": "\#(Self.mac)", "firmware_version": "1.0""#))
      #expect(first.json["id"] == "\(rollout.id.value)")
    }
  }

  @Test
  func
    `9: firmware is served by POST and GET, by an id as text or number, and by its CID; 18: a CID has at most 63 characters`()
    async throws
  {
    try await Self.rolledOut { platform, token, firmware, _ in
      let (id, cid) = (firmware.id.value, firmware.image.contentID)
      #expect(cid.utf8.count <= 63)
      let postman = PostmanClient()
      for request in [
        Self.esp.post("/firmware/get", #"{"id":"\#(id)"}"#, token: token),
        Self.esp.post("/firmware/get", #"{"id":\#(id)}"#, token: token),
        postman.send("GET", "/firmware/\(id)", token: token),
      ] {
        let reply = try await platform.ask(request)
        #expect(reply.status == 200 && reply.body.count < 500)
        #expect(reply.text.contains(#""cid":"\#(cid)""#) && reply.text.contains(#""version":"2.0""#))
        #expect(reply.text.contains(#""Firmware":{"#))
      }
      for request in [
        Self.esp.post("/firmware/download", #"{"cid":"\#(cid)"}"#, token: token),
        postman.send("GET", "/firmware/\(cid)", token: token),
      ] {
        let reply = try await platform.ask(request)
        #expect(reply.status == 200 && reply.body == Self.image)
      }
      let absent = try await platform.ask(postman.send("GET", "/firmware/999", token: token))
      #expect(absent.status == 404)
      let unknown = "QmQ2c6LFwH8KXsLpLKBW5yRrBB4vqDEAkECR4Bri328oyE"
      let noBytes = try await platform.ask(postman.send("GET", "/firmware/\(unknown)", token: token))
      #expect(noBytes.status == 404)
    }
  }

  @Test(arguments: [ESPClient.Chip.esp8266, .esp32])
  func `10: a download has the MD5 of the image`(chip: ESPClient.Chip) async throws {
    try await Self.rolledOut { platform, token, firmware, _ in
      let esp = ESPClient(chip: chip, mac: Self.mac)
      let reply = try await platform.ask(esp.update(firmware.image.contentID, token: token))
      #expect(reply.status == 200 && reply.body == Self.image)
      #expect(reply.field("x-MD5")?.utf8.count == 32)
      let md5 = try Firmware.Content(of: reply.body).md5
      #expect(
        reply.field("x-MD5")
          == md5.array.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
          }.joined())
    }
  }

  @Test
  func `11: a reply to HTTP/1.0 has a length and no chunks, and the connection is closed or kept as requested`()
    async throws
  {
    try await Self.rolledOut { platform, token, firmware, _ in
      for keepsAlive in [false, true] {
        let connection = try await RawConnection.open(port: platform.port)
        defer { connection.end() }
        let request = Self.esp.update(firmware.image.contentID, token: token, keepsAlive: keepsAlive)
        let reply = try await connection.exchange(request, toEnd: !keepsAlive)
        #expect(reply.field("Content-Length") == "\(Self.image.count)" && reply.field("Transfer-Encoding") == nil)
        #expect(reply.body == Self.image && reply.isClosed == !keepsAlive)
        guard keepsAlive else { continue }
        #expect(reply.field("Connection")?.lowercased() == "keep-alive")
        let again = try await connection.exchange(request)
        #expect(again.body == Self.image)
      }
    }
  }

  @Test func `12: a board that runs the image already gets 304, and that is recorded`() async throws {
    try await Self.rolledOut { platform, token, firmware, rollout in
      _ = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.pollBody, token: token))
      let metadata = try await platform.ask(
        Self.esp.post("/firmware/get", #"{"id":"\#(firmware.id.value)"}"#, token: token))
      let md5 = try #require(metadata.text.split(separator: #""md":""#).last?.prefix(32))
      let (cid, started) = (firmware.image.contentID, Self.esp)
      _ = try await platform.ask(started.update(cid, token: token))
      let body = #"{"mac":"\#(Self.mac)","firmware_version":"1.0","rollout_id":"\#(rollout.id.value)"}"#
      _ = try await platform.ask(started.post("/api/device/success/rollout", body, token: token))
      #expect(try await platform.record(rollout, Self.mac)?.state == .installed)
      let reply = try await platform.ask(started.update(cid, token: token, sketch: String(md5)))
      #expect(reply.status == 304 && reply.body.isEmpty)
      #expect(try await platform.record(rollout, Self.mac)?.state == .confirmed)
    }
  }

  @Test func `13: a board without space for the image is refused before a byte of it is sent`() async throws {
    try await Self.rolledOut { platform, token, firmware, _ in
      for (free, status) in [(Self.image.count - 1, 413), (Self.image.count, 200)] {
        let reply = try await platform.ask(Self.esp.update(firmware.image.contentID, token: token, free: free))
        #expect(reply.status == status)
      }
    }
  }

  @Test
  func
    `14 and 15: two downloads of pycom's client arrive intact, because the header is a multiple of the slice and the connection ends`()
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let (pycom, token) = (PycomClient(mac: "aa:bb:cc:dd:ee:02"), try await platform.token())
      for length in [1, 99, 100, 101, 4096, 70_001] {
        let file = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ length) }
        let cid = try await platform.publish(file, version: "\(length)").image.contentID
        let thrownAway = try await platform.ask(
          pycom.post("/firmware/download", #"{"cid": "\#(cid)"}"#, token: token), toEnd: true)
        #expect(thrownAway.status == 200 && thrownAway.isClosed && thrownAway.body == file)
        let reply = try await platform.ask(pycom.update(cid, token: token), toEnd: true)
        #expect(reply.status == 200 && reply.isClosed && reply.headBytes % 100 == 0)
        #expect(
          PycomClient.written(of: [UInt8](repeating: 13, count: reply.headBytes - 4) + [13, 10, 13, 10] + reply.body)
            == file)
      }
    }
  }

  @Test func `16: an ESP8266 gets the fingerprint of the certificate for each of asvin's hosts`() async throws {
    try await PlatformUnderTest.run(isTLS: true) { platform in
      let command = """
        printf 'GET /fingerprints HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -connect \
        127.0.0.1:\(platform.port) 2>/dev/null; openssl x509 -noout -fingerprint -sha1 -in \
        \(Shared.projectFolder)/Keys/TEST-ONLY-rsa-2048.certificate.pem
        """
      let text = try await Shell.output(of: command)
      let expected = try #require(text.split(separator: "Fingerprint=").last).split(separator: "\n")[0]
        .split(separator: ":").joined(separator: " ")
      for host in ["bc", "ipfs", "oauth", "vc"] { #expect(text.contains(#""\#(host)":"\#(expected)""#)) }
    }
  }

  @Test func `17: a success with the old version is counted once, and is confirmed by the new version`() async throws {
    try await Self.rolledOut { platform, token, _, rollout in
      let body = #"{"mac":"\#(Self.mac)","firmware_version":"1.0","rollout_id":"\#(rollout.id.value)"}"#
      let early = try await platform.ask(Self.esp.post("/api/device/success/rollout", body, token: token))
      #expect(early.status == 404)
      _ = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.pollBody, token: token))
      for text in ["Successfully inserted!", "Existing Record"] {
        let reply = try await platform.ask(Self.esp.post("/api/device/success/rollout", body, token: token))
        #expect(reply.status == 200 && reply.json == ["message": text])
      }
      #expect(try await platform.record(rollout, Self.mac)?.state == .installed)
      let same = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.pollBody, token: token))
      #expect(same.text == "{}")
      #expect(try await platform.record(rollout, Self.mac)?.state == .installed)
      let newer = #"{"mac":"\#(Self.mac)","firmware_version":"2.0"}"#
      _ = try await platform.ask(Self.esp.post("/api/device/next/rollout", newer, token: token))
      #expect(try await platform.record(rollout, Self.mac)?.state == .confirmed)
    }
  }

  @Test func `19: a request with two Content-Type fields is accepted`() async throws {
    try await PlatformUnderTest.run { platform in
      let (pycom, token) = (PycomClient(mac: "aa:bb"), try await platform.token())
      let reply = try await platform.ask(
        pycom.post("/api/device/register", #"{"mac":"aa:bb","firmware_version":"1.0"}"#, token: token), toEnd: true)
      #expect(reply.status == 200 && reply.isClosed && reply.json["message"] == "Device inserted!")
    }
  }

  @Test func `20: two hundred concurrent devices are answered`() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<200 {
          group.addTask {
            let body = #"{"mac":"device \#(number)","firmware_version":"1.0"}"#
            return try await platform.ask(Self.esp.post("/api/device/register", body, token: token)).status
          }
        }
        for try await status in group { #expect(status == 200) }
      }
    }
  }
}
