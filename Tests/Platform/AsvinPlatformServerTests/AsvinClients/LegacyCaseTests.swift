import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinPlatformServer
import AsvinVerifier
import Testing

@Suite("Cases of asvin's clients", .usesScratch, .serialized) struct LegacyCaseTests {
  private static let mac = "AA:BB:CC:DD:EE:02"
  private static let esp = ESPClient(chip: .esp8266, mac: mac)
  private static let image: [UInt8] = [0xE9] + (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* 5) }
  private static let poll = #"{"mac":"\#(mac)","firmware_version":"1.0"}"#

  private static func registered(
    _ body: @escaping @Sendable (PlatformUnderTest, String) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      _ = try await platform.ask(esp.post("/api/device/register", poll, token: token))
      try await platform.group(mac)
      try await body(platform, token)
    }
  }

  private static func batch(_ waves: [BatchRules.Wave] = [], failures: Int? = nil) throws -> BatchRules {
    try #require(BatchRules(waves: waves, failureThreshold: failures))
  }

  /// Returns the bytes that ArduinoJson 6.11 uses on an ESP8266 for JSON of objects and texts.
  private static func documentBytes(_ text: String) -> Int {
    // Every quoted text is a key or a value and is copied with a zero byte. Every key is followed by a colon.
    let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
    var bytes = 0
    for index in stride(from: 1, to: parts.count, by: 2) {
      bytes += parts[index].utf8.count + 1
      if parts[index + 1].hasPrefix(":") { bytes += 16 }
    }
    return bytes
  }

  @Test(arguments: ["1.1.0", "1.2.0-14-g2414721", "64"])
  func `C20: the reply about firmware fits the document of an ESP8266`(version: String) async throws {
    try await Self.registered { platform, token in
      let long = version == "64" ? String(repeating: "9", count: 64) : version
      var firmware = try await platform.publish(Self.image, version: long)
      for number in 0..<10 { firmware = try await platform.publish(Self.image + [UInt8(number)], version: long) }
      let reply = try await platform.ask(
        Self.esp.post("/firmware/get", #"{"id":"\#(firmware.id.value)"}"#, token: token))
      #expect(reply.status == 200 && Self.documentBytes(reply.text) <= 440)
      let cid = firmware.image.contentID
      #expect(reply.text.contains(#""Firmware":{"cid":"\#(cid)"}"#) && reply.text.contains(#""version":"\#(long)""#))
    }
  }

  @Test func `C21: if two firmware entries have one image, the offered rollout gets the 304 and ends`() async throws {
    try await Self.registered { platform, token in
      let first = try await platform.publish(Self.image, version: "2.3.0")
      let older = try await platform.rollOut(first)
      _ = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.poll, token: token))
      let second = try await platform.publish(Self.image, version: "2.4.0")
      let newer = try await platform.rollOut(second, try Self.batch())
      let next = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.poll, token: token))
      #expect(next.json["rollout_id"] == "\(newer.id.value)")
      let md5 = second.image.md5.array.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      let reply = try await platform.ask(Self.esp.update(second.image.contentID, token: token, sketch: md5))
      #expect(reply.status == 304)
      #expect(try await platform.record(newer, Self.mac)?.state == .skipped)
      #expect(try await platform.record(older, Self.mac)?.state == .offered)
      let rollout = try await platform.store.read(in: platform.workspace.id) { try $0.rollout(newer.id) }
      #expect(rollout?.phase == .finished)
    }
  }

  @Test
  func `F3: an installation counts as success for a board that cannot confirm, and the rollout ends`() async throws {
    try await Self.registered { platform, token in
      let firmware = try await platform.publish(Self.image, version: "1.0")
      let rollout = try await platform.rollOut(firmware, try Self.batch([.count(1)]))
      _ = try await platform.ask(Self.esp.post("/api/device/next/rollout", Self.poll, token: token))
      _ = try await platform.ask(Self.esp.update(firmware.image.contentID, token: token))
      // First without the rollout's id, as a library of 2021-05.
      for text in ["Successfully inserted!", "Existing Record"] {
        let reply = try await platform.ask(
          Self.esp.post(
            "/api/device/success/rollout",
            text == "Existing Record" ? Self.poll.dropLast() + #","rollout_id":\#(rollout.id.value)}"# : Self.poll,
            token: token))
        #expect(reply.status == 200 && reply.json["message"] == text)
      }
      let ended = try await platform.store.read(in: platform.workspace.id) { try $0.rollout(rollout.id) }
      #expect(ended?.phase == .finished && ended?.tally.installed == 1)
    }
  }

  @Test func `F4: a refusal for lack of space is a failure with a reason, and stops the rollout`() async throws {
    try await Self.registered { platform, token in
      let firmware = try await platform.publish(Self.image, version: "2.0")
      let rollout = try await platform.rollOut(firmware, try Self.batch([.count(1)], failures: 50))
      let reply = try await platform.ask(Self.esp.update(firmware.image.contentID, token: token, free: 100))
      #expect(reply.status == 413 && reply.text.contains("the device has space for 100"))
      let record = try #require(try await platform.record(rollout, Self.mac))
      #expect(record.state == .failed && record.reason == Reason.imageTooLarge.rawValue)
      let stopped = try await platform.store.read(in: platform.workspace.id) { try $0.rollout(rollout.id) }
      #expect(stopped?.phase == .stopped)
    }
  }

  @Test func `F10: an image for ESP32 is not served to an ESP8266, and the failure has a reason`() async throws {
    try await Self.registered { platform, token in
      let image = try Self.esp32Image()
      let firmware = try await platform.publish(image, version: "2.0")
      #expect(firmware.image.chip == "esp32")
      let rollout = try await platform.rollOut(firmware, try Self.batch())
      let reply = try await platform.ask(Self.esp.update(firmware.image.contentID, token: token))
      #expect(reply.status == 403 && reply.text.contains("esp32"))
      let record = try #require(try await platform.record(rollout, Self.mac))
      #expect(record.state == .failed && record.reason == Reason.wrongClass.rawValue)
    }
  }

  /// Makes the smallest image that an ESP32 starts: a header, one segment and the checksum.
  private static func esp32Image() throws -> [UInt8] {
    let data: [UInt8] = Array(repeating: 0xA5, count: 64)
    var image: [UInt8] = [0xE9, 1, 2, 0x20, 0x00, 0x04, 0x08, 0x40] + [0xEE, 0, 0, 0] + [0, 0]
    image += Array(repeating: 0, count: 24 - image.count)
    image += [0x00, 0x00, 0x08, 0x40, 64, 0, 0, 0] + data
    image += Array(repeating: 0, count: 15 - image.count % 16) + [data.reduce(0xEF, ^)]
    return image
  }

  @Test(arguments: ["404", "401", "400", "410", "413", "503"])
  func `C22: pycom's client never writes an error, because the header ends 1 to 3 bytes into a slice`(kind: String)
    async throws
  {
    try await PlatformUnderTest.run { platform in
      let (pycom, token) = (PycomClient(mac: Self.mac), try await platform.token())
      let firmware = try await platform.publish(Self.image, version: "2.0")
      let cid = firmware.image.contentID
      let request: String
      switch kind {
      case "404": request = pycom.update("QmQ2c6LFwH8KXsLpLKBW5yRrBB4vqDEAkECR4Bri328oyE", token: token)
      case "401": request = pycom.update(cid, token: "nonsense")
      case "400":
        request = ClientRequests.request(
          "POST /firmware/download HTTP/1.1", ["Host: platform.example", "x-access-token: \(token)"], "{")
      case "410":
        try await platform.store.write(in: platform.workspace.id) {
          _ = try $0.add(DeviceGroup(id: ID(0), name: "devices"))
        }
        let rollout = try await platform.rollOut(firmware)
        try await platform.store.write(in: platform.workspace.id) { try $0.end(rollout.id, as: .aborted) }
        request = pycom.update(cid, token: token)
      case "413":
        request = ClientRequests.request(
          "POST /firmware/download HTTP/1.1", ["Host: platform.example", "x-access-token: \(token)"],
          String(repeating: " ", count: 20_000))
      default:
        let object = try #require(
          try platform.scratch.files().first { $0.hasPrefix("objects/sha256/") && $0.count > 40 })
        _ = try await Shell.output(of: "chmod u+w \(platform.scratch.path(object))")
        try platform.scratch.write([1, 2, 3], to: object)
        request = pycom.update(cid, token: token)
      }
      let reply = try await platform.ask(request, toEnd: true)
      #expect(reply.status == Int(kind) && reply.isClosed)
      #expect((1...3).contains(reply.headBytes % 100), "\(reply.headBytes)")
      let head = [UInt8](repeating: 13, count: reply.headBytes - 4) + [13, 10, 13, 10]
      #expect(PycomClient.written(of: head + reply.body).isEmpty)
    }
  }

  @Test func `C23: POST /fingerprints is answered like GET`() async throws {
    try await PlatformUnderTest.run(fingerprint: "AA BB") { platform in
      let requests = [
        Self.esp.post("/fingerprints", ""),
        ClientRequests.request("GET /fingerprints HTTP/1.1", ["Host: platform.example"], ""),
      ]
      for request in requests {
        let reply = try await platform.ask(request)
        #expect(reply.status == 200 && reply.json["oauth"] == "AA BB")
      }
    }
  }

  @Test func `A fingerprint is read with and without separators`() {
    let bytes = Array(repeating: "0A", count: 20)
    for separator in ["", ":", " "] {
      #expect(Fingerprint.text(reading: bytes.joined(separator: separator)) == bytes.joined(separator: " "))
    }
    #expect(Fingerprint.text(reading: "0a:0b") == nil)
    #expect(Fingerprint.text(reading: String(repeating: "G", count: 40)) == nil)
  }

  @Test func `Reports are well-formed and contain no formulas, whatever the names of devices`() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      let labels = [
        "<\u{0E33}:img onerror=1/>", "x\\\"\u{0301},=HYPERLINK(1)", "=1+1", " +1", "\u{FF1D}1", "a\\u0001b\\u001b[2J",
      ]
      for (number, label) in labels.enumerated() {
        let body = #"{"mac":"device \#(number)","firmware_version":"1.0","name":"\#(label)"}"#
        let reply = try await platform.ask(Self.esp.post("/api/device/register", body, token: token))
        #expect(reply.status == 200)
      }
      let postman = PostmanClient()
      let xml = try await platform.ask(postman.send("GET", "/api/report/xml", token: token))
      #expect(xml.body.split(separator: UInt8(ascii: "<")).count == 2 + labels.count * 8)
      #expect(!xml.body.contains { $0 < 0x20 })
      let csv = try await platform.ask(postman.send("GET", "/api/report/csv", token: token))
      for field in ["\"'=1+1\"", "\"' +1\"", "\"'\u{FF1D}1\"", "\"ab[2J\""] {
        #expect(csv.body.contains(Array(field.utf8)), "\(field)")
      }
      #expect(csv.body.contains(Array("x\"\"\u{0301},=HYPERLINK(1)\"".utf8)), "the quote is doubled")
      let listed = try await platform.ask(postman.send("GET", "/api/device", token: token))
      #expect(!listed.body.contains { $0 < 0x20 })
    }
  }

  @Test func `A workspace imports the keys of devices in the field and refuses malformed keys`() async throws {
    try await PlatformUnderTest.run { platform in
      let now = platform.clock.now
      let made = try await Provisioning.makeWorkspace(
        named: "field", customerKey: "their-customer-key", deviceKeys: ["their-first-key", "their-second-key"],
        in: platform.store, at: now)
      #expect(made.workspace.customerKey == "their-customer-key")
      for key in ["their-first-key", "their-second-key"] {
        let token = try await platform.token("their-customer-key", key)
        #expect(!token.isEmpty)
      }
      for key in ["short", String(repeating: "k", count: 32), "with a blank", "non-ascii-\u{E9}", "their-first-key"] {
        await #expect(throws: PlatformError.self) {
          _ = try await Provisioning.makeWorkspace(named: "x", deviceKeys: [key], in: platform.store, at: now)
        }
      }
      try await Provisioning.removeDeviceKey(
        "their-first-key", from: made.workspace.id, in: platform.store, at: now)
      let known = try await platform.store.workspace(made.workspace.id)
      #expect(known?.deviceKeys == ["their-second-key"])
    }
  }
}
