import AsvinFixtures
import AsvinManifest
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Messages in CBOR") struct CompactMessageTests {
  static let query = UpdateQuery(
    version: "1.0.0", sequence: 16_777_216,
    images: [InstalledSlot(slot: 0, size: 4096, digest: bytes(0x40).hexadecimalText)], features: 254, memory: 4128)

  static let offer = UpdateReply(
    rollout: 7, release: bytes(0x60).hexadecimalText, name: "kettle", version: "1.1.0", sequence: 16_781_312,
    envelope: Data([0xA1, 0x01, 0x41, 0xAA]),
    payloads: [
      UpdatePayload(
        slot: 0, index: 0, kind: .image, size: 5000, digest: bytes(0x80).hexadecimalText,
        path: "/v2/releases/\(bytes(0x60).hexadecimalText)/payloads/0",
        sealedPath: "/v2/releases/\(bytes(0x60).hexadecimalText)/payloads/0/sealed", sealedSize: 5032)
    ])

  /// Counting bytes from a first one.
  static func bytes(_ first: UInt8) -> [UInt8] { (0..<32).map { first + $0 } }

  /// Reads and decodes a message as the server does; `nil` if it is refused.
  static func read<Message: Decodable & Described>(_ bytes: [UInt8], as type: Message.Type) -> Message? {
    // Refused bytes are what this returns nil for.
    guard let value = try? CompactMessage.value(of: bytes, as: type.schema),  // refused
      type.schema.fault(in: value) == nil
    else { return nil }
    return try? CompactMessage.message(type, of: value)  // refused
  }

  static func hasOneForm<Message: Codable & Equatable & Described>(_ message: Message) throws {
    let bytes = try #require(try CompactMessage.bytes(of: message))
    #expect(read(bytes, as: Message.self) == message)
    for count in bytes.indices { #expect(read(Array(bytes[..<count]), as: Message.self) == nil, "\(count) bytes") }
    #expect(read(bytes + [0], as: Message.self) == nil)
  }

  @Test func `A message is read as it was written, and no truncation of it is`() throws {
    try Self.hasOneForm(Self.query)
    try Self.hasOneForm(UpdateQuery(version: "1", images: []))
    try Self.hasOneForm(
      SharedKeyEnrolment(
        name: "sensor-7", deviceClass: "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf", version: "1.0.0",
        key: Data(Self.bytes(0)), label: "the seventh ❤️"))
    try Self.hasOneForm(EnrolmentReply(workspace: 1, device: 1 << 40, placement: .lobby))
    try Self.hasOneForm(DeviceEventRequest(event: .failed, reason: 55))
    try Self.hasOneForm(DeviceEventRequest(event: .downloading, progress: 100))
    try Self.hasOneForm(DeviceEventRequest(event: .postponed, seconds: 604_800))
    try Self.hasOneForm(UpdateQuery(version: "1", images: [], utcOffset: -570))
    try Self.hasOneForm(DeviceEventReply(state: .confirmed, failures: 3))
    try Self.hasOneForm(ChallengeReply(nonce: Data(Self.bytes(1)), expires: 1_800_000_000))
    try Self.hasOneForm(
      Problem(message: "no", hint: "try", reason: "wrong-class", code: 41, nonce: Data(Self.bytes(2))))
    var offer = Self.offer
    // The form has no such member: it follows from the path.
    offer.payloads[0].sealedPath = nil
    try Self.hasOneForm(offer)
  }

  @Test func `A sequence number above 2⁶³ keeps its value in a reply`() throws {
    var offer = Self.offer
    offer.sequence = .max
    let bytes = try #require(try CompactMessage.bytes(of: offer))
    guard case .object(let members) = try CompactMessage.value(of: bytes, as: UpdateReply.schema) else {
      Issue.record("an offer is not an object")
      return
    }
    #expect(members["sequence"] == .large(.max))
  }

  /// An encoding, what is wrong with it, and the fault.
  static let refused: [(bytes: [UInt8], fault: WireFault, what: String)] = [
    ([], .truncated, "nothing"),
    ([0xA1, 0x01, 0x62, 0x68, 0x69, 0x00], .trailingBytes, "a byte after it"),
    ([0xA1, 0x18, 0x01, 0x60], .notShortest, "a key that is not the shortest"),
    ([0xA1, 0x01, 0x78, 0x01, 0x61], .notShortest, "a length that is not the shortest"),
    ([0xBF, 0x01, 0x60, 0xFF], .indefiniteLength, "an indefinite map"),
    ([0xA1, 0x01, 0x7F, 0x61, 0x61, 0xFF], .indefiniteLength, "an indefinite text"),
    ([0xA2, 0x02, 0x01, 0x01, 0x60], .unsortedKeys, "keys that descend"),
    ([0xA2, 0x01, 0x60, 0x01, 0x60], .duplicateKey, "a key twice"),
    ([0xA1, 0x17, 0x00], .unknownKey, "an unknown key"),
    ([0xA1, 0x20, 0x00], .unknownKey, "a negative key"),
    ([0xA1, 0x61, 0x61, 0x00], .wrongType, "a key of text"),
    ([0xA1, 0x01, 0x40], .wrongType, "bytes in place of text"),
    ([0xA1, 0x02, 0xFB, 0, 0, 0, 0, 0, 0, 0, 0], .unsupportedItem, "a floating-point number"),
    ([0xA1, 0x02, 0xC1, 0x00], .unsupportedItem, "a tag"),
    ([0xA1, 0x01, 0x61, 0xFF], .invalidText, "text that is not UTF-8"),
    ([0xA1, 0x02, 0x3B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .invalidValue, "a number below −2⁶³"),
    ([0x80], .wrongType, "an array in place of a map"),
    ([0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .truncated, "a map of 2⁶⁴ − 1 pairs"),
  ]

  @Test(arguments: 0..<CompactMessageTests.refused.count)
  func `Only the deterministic encoding of a known message is read`(_ index: Int) {
    let refused = Self.refused[index]
    #expect(throws: WireError.self, "\(refused.what)") {
      try CompactMessage.value(of: refused.bytes, as: DeviceEventRequest.schema)
    }
    do throws(WireError) {
      _ = try CompactMessage.value(of: refused.bytes, as: DeviceEventRequest.schema)
    } catch {
      #expect(error.fault == refused.fault, "\(refused.what)")
    }
  }

  @Test func `A list that states more items than its bytes can hold is refused`() {
    for head in [[0x9B, 0, 0, 0, 0xFF, 0, 0, 0, 0], [0x91], [0x9A, 0x7F, 0xFF, 0xFF, 0xFF]] as [[UInt8]] {
      #expect(throws: WireError.self) {
        try CompactMessage.value(of: [0xA1, 0x03] + head, as: UpdateQuery.schema)
      }
    }
  }

  @Test func `A value that JSON refuses is refused in CBOR too`() throws {
    var query = Self.query
    query.version = ""
    let empty = try #require(try CompactMessage.bytes(of: query))
    query.version = "a\u{1B}[0m"
    let escape = try #require(try CompactMessage.bytes(of: query))
    query = Self.query
    query.sequence = .max
    let large = try #require(try CompactMessage.bytes(of: query))
    for bytes in [empty, escape, large] { #expect(Self.read(bytes, as: UpdateQuery.self) == nil) }
    let event = try #require(try CompactMessage.bytes(of: DeviceEventRequest(event: .failed, reason: 256)))
    #expect(Self.read(event, as: DeviceEventRequest.self) == nil)
  }

  @Test func `Every change of a byte is refused or is a message of the same shape`() throws {
    try Self.hasOneEncoding(Self.query)
    try Self.hasOneEncoding(DeviceEventRequest(event: .failed, reason: 55))
    try Self.hasOneEncoding(
      SharedKeyEnrolment(
        name: "s", deviceClass: "a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf", version: "1", key: Data(Self.bytes(0))))
  }

  private static func hasOneEncoding<Message: Codable & Described>(_ message: Message) throws {
    let original = try #require(try CompactMessage.bytes(of: message))
    var accepted = 0
    for index in original.indices {
      for bit in 0..<8 {
        var bytes = original
        bytes[index] ^= 1 << bit
        guard let changed = read(bytes, as: Message.self) else { continue }
        accepted += 1
        #expect(try CompactMessage.bytes(of: changed) == bytes)
      }
    }
    #expect(accepted > 0)
  }

  /// The messages of the page, by their headings.
  static let messages: [(name: String, schema: MessageSchema)] = [
    ("SharedKeyEnrolment", SharedKeyEnrolment.schema), ("EnrolmentReply", EnrolmentReply.schema),
    ("UpdateQuery", UpdateQuery.schema), ("InstalledSlot", InstalledSlot.schema), ("UpdateReply", UpdateReply.schema),
    ("UpdatePayload", UpdatePayload.schema), ("DeviceEventRequest", DeviceEventRequest.schema),
    ("DeviceEventReply", DeviceEventReply.schema), ("ChallengeReply", ChallengeReply.schema),
    ("Problem", Problem.schema),
  ]

  @Test(arguments: 0..<CompactMessageTests.messages.count)
  func `The members of each message are those of the page`(_ index: Int) throws {
    let (name, schema) = Self.messages[index]
    guard case .object(let properties) = schema else {
      Issue.record("\(name) is not an object")
      return
    }
    let keyed = properties.filter { $0.key != nil }.sorted { $0.key ?? 0 < $1.key ?? 0 }
    let rows = keyed.map { ["\($0.key ?? 0)", $0.name, Self.type($0.schema), $0.isRequired ? "yes" : "no"] }
    #expect(try FormatPage("DeviceProtocol").rows(under: name, columns: 4) == rows)
    #expect(schema.isCompact)
  }

  private static func type(_ schema: MessageSchema) -> String {
    switch schema {
    case .text, .anyText, .choice, .pattern, .lines: "text"
    case .digest: "32 bytes"
    case .uuid: "16 bytes"
    case .bytes(let count): "\(count) bytes"
    case .anyBytes: "byte string"
    case .integer(let range) where range.lowerBound < 0: "integer"
    case .integer, .unsigned, .time: "unsigned integer"
    case .boolean: "boolean"
    case .list(_, let limit): limit.map { "array of at most \($0)" } ?? "array"
    case .object: "map"
    }
  }
}

extension [UInt8] {
  fileprivate var hexadecimalText: String {
    map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
