import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinVerifier
import FoundationEssentials
import Testing

/// A verifying device, as the platform sees it.
struct DeviceUnderTest: Sendable {
  let platform: PlatformUnderTest
  let name: String
  var key: PrivateKey
  let workspace: Int64
  let id: Int64

  /// Returns a request to enrol with a nonce of the platform.
  ///
  /// - Parameter token: of the workspace, or an enrolment token.
  static func request(
    _ name: String, _ key: PrivateKey, version: String = "1.0", on platform: PlatformUnderTest, _ token: String
  ) async throws -> EnrolmentRequest {
    let reply = try await platform.call("POST", "/v2/enrolment-challenges", token)
    try #require(reply.status == 201, "\(reply.text)")
    return try request(name, key, version: version, reply.message(EnrolmentChallenge.self))
  }

  static func request(
    _ name: String, _ key: PrivateKey, version: String = "1.0", _ challenge: EnrolmentChallenge
  ) throws -> EnrolmentRequest {
    let publicKey = key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    // The message of the proof as the page of the protocol has it.
    var message = Array("asvin-platform-enrol-device\0".utf8)
    message += (0..<8).map { UInt8(truncatingIfNeeded: challenge.workspace >> (56 - 8 * $0)) }
    message += [UInt8](challenge.nonce) + (0..<16).map { TestBundles.board[$0] } + publicKey
    for text in [version, name] { message += [0, UInt8(text.utf8.count)] + Array(text.utf8) }
    return EnrolmentRequest(
      name: name, version: version, deviceClass: TestBundles.board.uuid, key: Data(publicKey), nonce: challenge.nonce,
      proof: Data(try key.signature(of: message)))
  }

  /// Enrols a device.
  static func enrolled(
    on platform: PlatformUnderTest, _ name: String = "gateway",
    customerKey: String = PlatformUnderTest.customerKey, deviceKey: String = PlatformUnderTest.deviceKey
  ) async throws -> DeviceUnderTest {
    let key = try PrivateKey.generate(.ed25519)
    let token = try await platform.token(customerKey, deviceKey)
    let reply = try await platform.call(
      "POST", "/v2/devices", token, try await request(name, key, on: platform, token))
    try #require(reply.status == 201, "\(reply.text)")
    let known = try reply.message(EnrolmentReply.self)
    return DeviceUnderTest(platform: platform, name: name, key: key, workspace: known.workspace, id: known.device)
  }

  func loginRequest(nonce: Data, device: Int64? = nil, key: PrivateKey? = nil) throws -> LoginRequest {
    let message =
      Array("asvin-platform-login\0".utf8) + [UInt8](nonce) + Array("\(workspace)/\(device ?? id)".utf8)
    return LoginRequest(
      workspace: workspace, device: device ?? id, nonce: nonce,
      signature: Data(try (key ?? self.key).signature(of: message)))
  }

  func nonce() async throws -> Data {
    try await platform.call("POST", "/v2/challenges").message(ChallengeReply.self).nonce
  }

  func token() async throws -> String {
    let reply = try await platform.call("POST", "/v2/login", nil, try loginRequest(nonce: nonce()))
    try #require(reply.status == 200, "\(reply.text)")
    return try reply.message(LoginReply.self).token
  }

  /// Polls.
  func next(_ installed: [UInt8] = [], version: String = "1.0", memory: UInt64 = 65_536) async throws -> RawReply {
    let images = [InstalledSlot(slot: 0, size: UInt64(installed.count), digest: TestBundles.digest(installed))]
    let query = UpdateQuery(version: version, images: images, features: 0xFE, memory: memory)
    return try await platform.call("POST", "/v2/devices/\(id)/next", token(), query)
  }

  func report(_ event: DeviceEventRequest, about rollout: Int64) async throws -> RawReply {
    try await platform.call("POST", "/v2/devices/\(id)/rollouts/\(rollout)/events", token(), event)
  }
}
