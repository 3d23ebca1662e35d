import AsvinHost
import AsvinCrypto
import AsvinPlatformAPI
import AsvinPlatformClient
import FoundationEssentials

/// The platform refuses the login of the device, because it was removed or has another key.
struct UnknownDevice: Error {
  static func failure(_ folder: DeviceFolder) -> Failure {
    var failure = Failure(
      .notAllowed,
      "the platform does not know this device with its key: an operator removed it, or its key has changed",
      hint: "enrol it again in the same folder: asvin-device enrol '\(folder.path)'; its key and its releases are kept")
    failure.status = 401
    return failure
  }
}

/// The login of a device, which is renewed when necessary.
actor PlatformSession {
  private let platform: PlatformConnection
  private let identity: DeviceIdentity
  private let key: PrivateKey
  private var token: (text: String, expires: ContinuousClock.Instant)?

  init(_ platform: PlatformConnection, _ identity: DeviceIdentity, _ key: PrivateKey) {
    (self.platform, self.identity, self.key) = (platform, identity, key)
  }

  /// Runs a body with a token of the device. If the token is refused, the body runs again with a new one.
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
    let challenge = try await platform.require(.post, "/v2/challenges", as: ChallengeReply.self)
    let message = DeviceProof.login(
      nonce: [UInt8](challenge.nonce), workspace: identity.workspace, device: identity.device)
    let request = LoginRequest(
      workspace: identity.workspace, device: identity.device, nonce: challenge.nonce,
      signature: Data(try key.signature(of: message)))
    let reply: LoginReply
    do {
      reply = try await platform.require(.post, "/v2/login", request, as: LoginReply.self)
    } catch let failure as Failure where failure.status == 401 {
      throw UnknownDevice()
    }
    // Half of the ten minutes for which the token is valid, by a clock that cannot be set.
    token = (reply.token, .now + .seconds(300))
    return reply.token
  }
}
