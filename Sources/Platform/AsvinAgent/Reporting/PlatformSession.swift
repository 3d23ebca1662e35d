import AsvinHost
import AsvinCrypto
import AsvinPlatformAPI
import AsvinPlatformClient
import FoundationEssentials

/// The platform refuses the device's login: it was removed there, or has another key.
struct UnknownDevice: Error {
  static func failure(_ folder: DeviceFolder) -> Failure {
    var failure = Failure(
      .notAllowed,
      "the platform does not know this device by its key: an operator has removed it, or its key is another",
      hint: "enrol it again in the same folder: asvin-device enrol '\(folder.path)'; its key and what it runs are kept")
    failure.status = 401
    return failure
  }
}

/// A device's login, which is renewed when it must be.
actor PlatformSession {
  private let platform: PlatformConnection
  private let identity: DeviceIdentity
  private let key: PrivateKey
  private var token: (text: String, expires: ContinuousClock.Instant)?

  init(_ platform: PlatformConnection, _ identity: DeviceIdentity, _ key: PrivateKey) {
    (self.platform, self.identity, self.key) = (platform, identity, key)
  }

  /// Runs a body as the device; once more with a new token, where the old one is refused.
  func run<Result: Sendable>(_ body: @Sendable (PlatformConnection) async throws -> Result) async throws -> Result {
    let wasNew = token.map { $0.expires <= .now } ?? true
    do {
      return try await body(platform.with(token: try await current()))
    } catch let failure as Failure where failure.status == 401 {
      token = nil
      if wasNew { throw failure }
      return try await body(platform.with(token: try await current()))
    }
  }

  private func current() async throws -> String {
    if let token, .now < token.expires { return token.text }
    let challenge = try await platform.must(.post, "/v2/challenges", as: ChallengeReply.self)
    let message =
      Array("asvin-platform-login\0".utf8) + [UInt8](challenge.nonce)
      + Array("\(identity.workspace)/\(identity.device)".utf8)
    let request = LoginRequest(
      workspace: identity.workspace, device: identity.device, nonce: challenge.nonce,
      signature: Data(try key.signature(of: message)))
    let reply: LoginReply
    do {
      reply = try await platform.must(.post, "/v2/login", request, as: LoginReply.self)
    } catch let failure as Failure where failure.status == 401 {
      throw UnknownDevice()
    }
    // Half of the ten minutes that it is valid, by a clock that is never set.
    token = (reply.token, .now + .seconds(300))
    return reply.token
  }
}
