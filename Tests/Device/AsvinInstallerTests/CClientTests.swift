import AsvinDeviceC
import AsvinFixtures
import AsvinManifest
import CAsvinDevice
import Testing

/// A client as a firmware in C has it, for the device of the page's example.
@safe
private final class CClient {
  let client = UnsafeMutablePointer<asvin_client>.allocate(capacity: 1)
  let device = UnsafeMutablePointer<asvin_device>.allocate(capacity: 1)
  let request = UnsafeMutablePointer<asvin_request>.allocate(capacity: 1)
  /// The buffer, and after it bytes that must stay as they are.
  private let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 2048)
  private let name = UnsafeMutablePointer<CChar>.allocate(capacity: 200)
  private let key = UnsafeMutablePointer<UInt8>.allocate(capacity: 32)

  init(room: Int = Int(ASVIN_REQUEST_BYTES), name text: String = "sensor-7") {
    unsafe buffer.initialize(repeating: 0xAA, count: 2048)
    unsafe client.initialize(to: asvin_client())
    unsafe device.initialize(to: asvin_device())
    unsafe request.initialize(to: asvin_request())
    for (index, byte) in (Array(text.utf8) + [0]).enumerated() { unsafe name[index] = CChar(bitPattern: byte) }
    for index in 0..<32 { unsafe key[index] = UInt8(index) }
    unsafe client.pointee.workspace = 1
    unsafe (client.pointee.name, client.pointee.key) = (UnsafePointer(name), UnsafePointer(key))
    unsafe (client.pointee.buffer, client.pointee.room) = (buffer, UInt32(room))
    setNonce()
    unsafe (device.pointee.running_bytes, device.pointee.memory_bytes) = (4096, 4128)
    unsafe withUnsafeMutableBytes(of: &device.pointee.running_digest) { digest in
      for index in 0..<32 { unsafe digest[index] = UInt8(0x40 + index) }
    }
    unsafe withUnsafeMutableBytes(of: &device.pointee.device_class) { identifier in
      for index in 0..<16 { unsafe identifier[index] = UInt8(0xA0 + index) }
    }
  }

  deinit {
    unsafe client.deallocate()
    unsafe device.deallocate()
    unsafe request.deallocate()
    unsafe buffer.deallocate()
    unsafe name.deallocate()
    unsafe key.deallocate()
  }

  func setNonce() {
    unsafe client.pointee.counter = 0
    unsafe withUnsafeMutableBytes(of: &client.pointee.nonce) { nonce in
      for index in 0..<32 { unsafe nonce[index] = UInt8(0x20 + index) }
    }
  }

  var nonce: [UInt8] { unsafe withUnsafeBytes(of: client.pointee.nonce) { unsafe Array($0) } }
  var path: String { unsafe String(cString: request.pointee.path) }
  var authorization: String { unsafe String(cString: request.pointee.authorization) }
  var range: String? { unsafe request.pointee.range.map { unsafe String(cString: $0) } }
  var method: String { unsafe String(cString: request.pointee.method) }
  var body: [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: request.pointee.body, count: Int(request.pointee.body_bytes)))
  }
  var counter: UInt32 {
    get { unsafe client.pointee.counter }
    set { unsafe client.pointee.counter = newValue }
  }

  var utcOffset: Int32 {
    get { unsafe client.pointee.utc_offset }
    set { unsafe (client.pointee.utc_offset, client.pointee.has_utc_offset) = (newValue, 1) }
  }

  /// Reads a body as an offer.
  static func offer(_ bytes: [UInt8]) -> (answer: Int32, rollout: UInt64, envelope: [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      var offer = unsafe asvin_offer()
      let answer = unsafe asvin_client_offer(bytes.baseAddress, UInt32(bytes.count), &offer)
      let envelope = unsafe UnsafeBufferPointer(start: offer.envelope, count: Int(offer.envelope_bytes))
      return unsafe (answer, offer.rollout, Array(envelope))
    }
  }

  /// Whether nothing was written after the buffer.
  var isIntact: Bool { unsafe (Int(client.pointee.room)..<2048).allSatisfy { unsafe buffer[$0] == 0xAA } }

  func poll(_ version: String = "1.0.0") -> Int32 {
    unsafe asvin_client_poll(client, device, version, 16_777_216, request)
  }
  func enrol(_ customer: String = "customer-key", _ workspace: String = "device-key") -> Int32 {
    unsafe asvin_client_enrol(client, device, "1.0.0", customer, workspace, request)
  }
  func report(_ event: String, _ reason: UInt32 = 0, rollout: UInt64 = 7) -> Int32 {
    unsafe asvin_client_report(client, rollout, event, reason, request)
  }
  func postpone(_ seconds: UInt32) -> Int32 { unsafe asvin_client_postpone(client, 7, seconds, request) }
  func fetch(_ plan: asvin_plan, from offset: UInt64, _ count: UInt64) -> Int32 {
    var plan = plan
    return unsafe asvin_client_fetch(client, &plan, offset, count, request)
  }
  func reply(_ status: UInt32, _ bytes: [UInt8] = []) -> Int32 {
    unsafe asvin_client_reply(client, status, bytes, UInt32(bytes.count))
  }
}

// Threat T22.
@Suite("C client of the device API") struct CClientTests {
  /// The bytes of a row of the page's example.
  static func row(_ name: String, under heading: String = "Worked example") throws -> String {
    let rows = try FormatPage("DeviceProtocol").rows(under: heading)
    return try #require(rows.first { $0[0] == name })[1]
  }

  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test func `A poll has the bytes of the page's example`() throws {
    let client = CClient()
    #expect(client.poll() == ASVIN_DONE)
    #expect("\(client.method) \(client.path)" == (try Self.row("request")))
    #expect(Self.hexadecimal(client.body) == (try Self.row("body")))
    #expect(client.authorization == (try Self.row("Authorization")) && client.range == nil && client.isIntact)
  }

  @Test func `An enrolment and a report have the bytes of the page's example`() throws {
    let client = CClient()
    #expect(client.enrol() == ASVIN_DONE)
    #expect("\(client.method) \(client.path)" == "POST /v2/enrolments")
    #expect(Self.hexadecimal(client.body) == (try Self.row("body", under: "Worked enrolment")))
    #expect(client.authorization == (try Self.row("Authorization", under: "Worked enrolment")))
    #expect(client.report("failed", 55) == ASVIN_DONE)
    #expect(client.path == "/v2/devices/self/rollouts/7/events")
    #expect(Self.hexadecimal(client.body) == (try Self.row("report")))
  }

  @Test(
    arguments: [
      (0, [0x06, 0x00]), (120, [0x06, 0x18, 0x78]), (840, [0x06, 0x19, 0x03, 0x48]), (-1, [0x06, 0x20]),
      (-60, [0x06, 0x38, 0x3B]), (-720, [0x06, 0x39, 0x02, 0xCF]), (1440, [0x06, 0x19, 0x05, 0xA0]),
      (-1440, [0x06, 0x39, 0x05, 0x9F]),
    ] as [(Int32, [UInt8])])
  func `A poll of a device that knows its local time ends with its offset`(minutes: Int32, bytes: [UInt8]) {
    let client = CClient()
    #expect(client.poll() == ASVIN_DONE)
    let without = client.body
    client.utcOffset = minutes
    #expect(client.poll() == ASVIN_DONE)
    #expect(client.body.first == 0xA6 && Array(client.body.dropFirst()) == without.dropFirst() + bytes)
  }

  @Test(arguments: [1441, -1441, .max, .min] as [Int32])
  func `An offset of more than a day is not sent, so that a wrong clock does not stop the polls`(minutes: Int32) {
    let client = CClient()
    #expect(client.poll() == ASVIN_DONE)
    let without = client.body
    client.utcOffset = minutes
    #expect(client.poll() == ASVIN_DONE && client.body == without)
  }

  @Test func `A busy device postpones the update for a time`() {
    #expect(CClient().postpone(604_801) == ASVIN_MISUSE)
    let client = CClient()
    #expect(client.postpone(0) == ASVIN_DONE && client.path == "/v2/devices/self/rollouts/7/events")
    let text = Array("postponed".utf8)
    #expect(client.body == [0xA1, 0x01, 0x69] + text)
    #expect(client.postpone(600) == ASVIN_DONE && client.body == [0xA2, 0x01, 0x69] + text + [0x04, 0x19, 0x02, 0x58])
  }

  @Test func `The offer and the refusal of the page's example are read`() throws {
    let client = CClient()
    #expect(client.poll() == ASVIN_DONE && client.reply(200) == ASVIN_DONE)
    let offer = CClient.offer([UInt8](hex: try Self.row("offer")))
    #expect(offer.answer == ASVIN_DONE && offer.rollout == 7 && offer.envelope == [0xA1, 0x01, 0x41, 0xAA])
    unsafe client.client.pointee.nonce.0 = 0
    #expect(client.poll() == ASVIN_DONE)
    #expect(client.reply(401, [UInt8](hex: try Self.row("refusal"))) == ASVIN_AGAIN)
    #expect(client.nonce == (0x20..<0x40).map { UInt8($0) } && client.counter == 0)
  }

  @Test func `A wrong key ends after one repetition`() throws {
    let client = CClient()
    let refusal = [UInt8](hex: try Self.row("refusal"))
    #expect(client.poll() == ASVIN_DONE && client.reply(401, refusal) == ASVIN_AGAIN)
    #expect(client.poll() == ASVIN_DONE && client.reply(401, refusal) == ASVIN_REFUSED)
    #expect(client.poll() == ASVIN_DONE && client.reply(204) == ASVIN_NOTHING)
    #expect(client.poll() == ASVIN_DONE && client.reply(401, refusal) == ASVIN_AGAIN, "the nonce has expired")
  }

  @Test func `Each request has the next counter, and the last counter is followed by a new nonce`() {
    let client = CClient()
    let places = 0..<3
    let counters = places.map { _ in
      _ = client.poll()
      return client.counter
    }
    #expect(counters == [1, 2, 3])
    client.counter = .max
    #expect(client.poll() == ASVIN_DONE)
    #expect(client.counter == 1)
    #expect(client.nonce == [UInt8](repeating: 0, count: 32), "the platform refuses it and sends another one")
  }

  @Test func `A fetch names the verified release, the payload and the range`() {
    let client = CClient()
    var plan = asvin_plan()
    (plan.stream_bytes, plan.payload, plan.number) = (10_064, 1, 3)
    unsafe withUnsafeMutableBytes(of: &plan.release) { release in
      for index in 0..<32 { unsafe release[index] = UInt8(index) }
    }
    let release = Self.hexadecimal((0..<32).map { UInt8($0) })
    #expect(client.fetch(plan, from: 0, 0) == ASVIN_DONE)
    #expect(client.method == "GET" && client.path == "/v2/releases/\(release)/payloads/3/stream")
    #expect(client.range == "bytes=0-" && client.body.isEmpty)
    let ranges: [(UInt64, UInt64, String)] = [
      (4096, 4096, "bytes=4096-8191"), (10_000, 4096, "bytes=10000-10063"), (10_063, 1, "bytes=10063-10063"),
    ]
    for (offset, count, range) in ranges {
      #expect(client.fetch(plan, from: offset, count) == ASVIN_DONE)
      #expect(client.range == range)
    }
    #expect(client.fetch(plan, from: 10_064, 1) == ASVIN_MISUSE)
    plan.stream_bytes = .max
    #expect(client.fetch(plan, from: .max - 1, 9) == ASVIN_DONE)
    #expect(client.range == "bytes=18446744073709551614-18446744073709551614")
  }

  @Test func `Each status has its answer`() {
    let client = CClient()
    var plan = asvin_plan()
    plan.stream_bytes = 9
    let rows: [(UInt32, poll: Int32, fetch: Int32, report: Int32, enrol: Int32)] = [
      (200, ASVIN_DONE, ASVIN_MALFORMED, ASVIN_DONE, ASVIN_DONE),
      (201, ASVIN_MALFORMED, ASVIN_MALFORMED, ASVIN_MALFORMED, ASVIN_DONE),
      (204, ASVIN_NOTHING, ASVIN_MALFORMED, ASVIN_MALFORMED, ASVIN_MALFORMED),
      (206, ASVIN_MALFORMED, ASVIN_DONE, ASVIN_MALFORMED, ASVIN_MALFORMED),
      (302, ASVIN_MALFORMED, ASVIN_MALFORMED, ASVIN_MALFORMED, ASVIN_MALFORMED),
      (400, ASVIN_REFUSED, ASVIN_REFUSED, ASVIN_REFUSED, ASVIN_REFUSED),
      (403, ASVIN_REFUSED, ASVIN_REFUSED, ASVIN_REFUSED, ASVIN_REFUSED),
      (409, ASVIN_HELD, ASVIN_HELD, ASVIN_HELD, ASVIN_REFUSED), (410, ASVIN_GONE, ASVIN_GONE, ASVIN_GONE, ASVIN_GONE),
      (408, ASVIN_LATER, ASVIN_LATER, ASVIN_LATER, ASVIN_LATER),
      (429, ASVIN_LATER, ASVIN_LATER, ASVIN_LATER, ASVIN_LATER),
      (503, ASVIN_LATER, ASVIN_LATER, ASVIN_LATER, ASVIN_LATER),
      (0, ASVIN_MALFORMED, ASVIN_MALFORMED, ASVIN_MALFORMED, ASVIN_MALFORMED),
    ]
    for row in rows {
      #expect(client.poll() == ASVIN_DONE && client.reply(row.0) == row.poll, "\(row.0)")
      #expect(client.fetch(plan, from: 0, 0) == ASVIN_DONE && client.reply(row.0) == row.fetch, "\(row.0)")
      #expect(client.report("installed") == ASVIN_DONE && client.reply(row.0) == row.report, "\(row.0)")
      #expect(client.enrol() == ASVIN_DONE && client.reply(row.0) == row.enrol, "\(row.0)")
    }
    #expect(client.reply(200) == ASVIN_MISUSE, "there was no request")
  }

  @Test func `A buffer of any size holds a request or is refused, and nothing is written after it`() {
    var needed = 0
    for room in 0...Int(ASVIN_REQUEST_BYTES) {
      let client = CClient(room: room, name: String(repeating: "n", count: 128))
      let answers = [
        client.poll(String(repeating: "9", count: 64)),
        client.enrol(String(repeating: "c", count: 128), String(repeating: "d", count: 128)),
        client.report("downloading", 255, rollout: .max),
      ]
      #expect(answers.allSatisfy { $0 == ASVIN_DONE || $0 == ASVIN_MISUSE } && client.isIntact, "\(room)")
      if !answers.allSatisfy({ $0 == ASVIN_DONE }) { needed = room + 1 }
    }
    #expect(needed <= Int(ASVIN_REQUEST_BYTES), "the largest requests need \(needed) bytes")
  }

  @Test func `The limits of the client are those of the formats`() {
    #expect(UInt64(ASVIN_ENVELOPE_BYTES) == Limit.envelopeBytes.value)
    #expect(UInt64(ASVIN_VERSION_BYTES) == Limit.nameBytes.value)
  }

  @Test func `Texts of a wrong length and missing pointers are a misuse`() {
    let client = CClient()
    #expect(client.poll("") == ASVIN_MISUSE && client.poll(String(repeating: "9", count: 65)) == ASVIN_MISUSE)
    #expect(client.enrol("") == ASVIN_MISUSE && client.enrol("c", "") == ASVIN_MISUSE)
    #expect(client.report("") == ASVIN_MISUSE && client.report("failed", 256) == ASVIN_MISUSE)
    #expect(CClient(name: "").poll() == ASVIN_MISUSE)
    #expect(CClient(name: String(repeating: "n", count: 129)).poll() == ASVIN_MISUSE)
    #expect(unsafe asvin_client_poll(nil, client.device, "1", 0, client.request) == ASVIN_MISUSE)
    #expect(unsafe asvin_client_poll(client.client, nil, "1", 0, client.request) == ASVIN_MISUSE)
    #expect(unsafe asvin_client_poll(client.client, client.device, nil, 0, client.request) == ASVIN_MISUSE)
    #expect(unsafe asvin_client_poll(client.client, client.device, "1", 0, nil) == ASVIN_MISUSE)
    #expect(unsafe asvin_client_fetch(client.client, nil, 0, 0, client.request) == ASVIN_MISUSE)
    #expect(asvin_client_reply(nil, 200, nil, 0) == ASVIN_MISUSE)
    #expect(asvin_client_offer(nil, 0, nil) == ASVIN_MISUSE)
    unsafe client.client.pointee.key = nil
    #expect(client.poll() == ASVIN_MISUSE)
    unsafe client.client.pointee.buffer = nil
    #expect(client.poll() == ASVIN_MISUSE)
  }
}
