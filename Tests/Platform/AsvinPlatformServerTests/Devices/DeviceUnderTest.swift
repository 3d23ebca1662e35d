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
  let key: PrivateKey
  let workspace: Int64
  let id: Int64

  static func request(_ name: String, _ key: PrivateKey, version: String = "1.0") throws -> EnrolmentRequest {
    EnrolmentRequest(
      name: name, version: version, deviceClass: TestBundles.board.uuid,
      key: Data(key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }),
      proof: Data(try key.signature(of: Array("asvin-platform-enrol\0\(name)".utf8))))
  }

  /// Enrols a device.
  static func enrolled(
    on platform: PlatformUnderTest, _ name: String = "gateway",
    customerKey: String = PlatformUnderTest.customerKey, deviceKey: String = PlatformUnderTest.deviceKey
  ) async throws -> DeviceUnderTest {
    let key = try PrivateKey.generate(.ed25519)
    let token = try await platform.token(customerKey, deviceKey)
    let reply = try await platform.call("POST", "/v2/devices", token, try request(name, key))
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
