import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import FoundationEssentials
import Testing

/// A device that proves its requests with a symmetric key, as the platform sees it.
struct SharedKeyDevice: Sendable {
  let platform: PlatformUnderTest
  var name: String
  var key: [UInt8]

  static func key(_ seed: UInt8 = 0) -> [UInt8] { (0..<32).map { seed &+ $0 } }

  static func request(_ name: String, _ key: [UInt8], version: String? = "1.0") -> SharedKeyEnrolment {
    SharedKeyEnrolment(name: name, deviceClass: TestBundles.board.uuid, version: version, key: Data(key))
  }

  /// Registers a device as an operator does.
  static func registered(
    on platform: PlatformUnderTest, _ name: String = "sensor", key: [UInt8] = SharedKeyDevice.key()
  ) async throws -> SharedKeyDevice {
    let reply = try await platform.call(
      "POST", "/manage/devices", platform.access(.operator), request(name, key, version: nil))
    try #require(reply.status == 201, "\(reply.text)")
    return SharedKeyDevice(platform: platform, name: name, key: key)
  }

  func nonce() async throws -> FixedBytes<32> {
    let reply = try await platform.call("POST", "/v2/challenges").message(ChallengeReply.self)
    let nonce = FixedBytes<32>([UInt8](reply.nonce).span)
    return try #require(nonce)
  }

  /// Returns a proof of a request.
  func proof(
    _ method: String, _ path: String, _ body: [UInt8] = [], nonce: FixedBytes<32>, counter: UInt32 = 1,
    owner: RequestProof.Owner = .device
  ) -> RequestProof {
    var proof = RequestProof(
      owner: owner, workspace: platform.workspace.id.value, counter: counter, nonce: nonce,
      body: SHA256.digest(of: body.span), name: name)
    proof.code = MessageCode.code(of: proof.message(method, path), key: key)
    return proof
  }

  /// Sends a request in CBOR with a proof.
  func send(
    _ method: String, _ path: String, _ body: [UInt8] = [], _ proof: RequestProof, fields: [String] = []
  ) async throws -> RawReply {
    try await platform.send(
      body, method, path, nil,
      fields: ["Authorization: \(proof.field)", "Accept: application/cbor", "Content-Type: application/cbor"] + fields)
  }

  /// Sends a request with a new nonce.
  func ask(_ method: String, _ path: String, _ body: [UInt8] = [], fields: [String] = []) async throws -> RawReply {
    try await send(method, path, body, proof(method, path, body, nonce: nonce()), fields: fields)
  }

  static let next = "/v2/devices/self/next"

  static func query(_ installed: [UInt8] = [1], version: String = "1.0") throws -> [UInt8] {
    let images = [InstalledSlot(slot: 0, size: UInt64(installed.count), digest: TestBundles.digest(installed))]
    let query = UpdateQuery(version: version, images: images, features: 0xFE, memory: 65_536)
    return try #require(try CompactMessage.bytes(of: query))
  }

  /// Polls.
  func poll(_ installed: [UInt8] = [1], version: String = "1.0") async throws -> RawReply {
    try await ask("POST", Self.next, Self.query(installed, version: version))
  }

  func report(_ event: DeviceEventRequest, about rollout: Int64) async throws -> RawReply {
    let body = try #require(try CompactMessage.bytes(of: event))
    return try await ask("POST", "/v2/devices/self/rollouts/\(rollout)/events", body)
  }
}

extension RawReply {
  /// Decodes a body in CBOR.
  func compact<Message: Decodable & Described>(_ type: Message.Type = Message.self) throws -> Message {
    try #require(field("Content-Type") == "application/cbor")
    return try CompactMessage.message(type, of: CompactMessage.value(of: body, as: type.schema))
  }
}
