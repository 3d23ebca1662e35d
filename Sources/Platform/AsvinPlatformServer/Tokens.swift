import AsvinPlatform
import JWTKit
import Synchronization

/// The tokens of the device APIs: RS256, ten minutes. Asvin's own name the workspace only, and are no longer than the 977
/// characters that an ESP8266 has room for; those of the second API also name the device.
struct Tokens: Sendable {
  static let lifetime: Int64 = 600

  struct Claims: JWTPayload {
    var wsId: Int64
    var iat: Int64
    var exp: Int64
    var sub: String?

    /// Whether its time has come and is not over; a clock that was set back does not make a token live longer.
    func isValid(at now: Instant) -> Bool { iat <= now.seconds + 60 && now.seconds < exp }

    // Against the server's clock, which is given, and not here.
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private let keys = JWTKeyCollection()
  private let verified = VerifiedTokens()
  /// The key that tokens and receipts are verified with, PEM.
  let publicKey: String

  /// - Parameter key: RSA, 2048 bits or more, PEM.
  init(key: String) async throws {
    let key = try Insecure.RSA.PrivateKey(pem: key)
    publicKey = key.publicKey.pemRepresentation
    await keys.add(rsa: key, digestAlgorithm: .sha256)
  }

  func token(for workspace: ID<Workspace>, at now: Instant) async throws -> String {
    try await keys.sign(Claims(wsId: workspace.value, iat: now.seconds, exp: now.seconds + Self.lifetime))
  }

  func token(for device: ID<Device>, of workspace: ID<Workspace>, at now: Instant) async throws -> String {
    try await keys.sign(
      Claims(
        wsId: workspace.value, iat: now.seconds, exp: now.seconds + Self.lifetime, sub: "device \(device.value)"))
  }

  /// Signs what was published.
  func receipt(_ receipt: some JWTPayload) async throws -> String { try await keys.sign(receipt) }

  /// The workspace of a token; `nil` for one that is not ours, no longer good, or a device's own.
  func workspace(of token: String, at now: Instant) async -> ID<Workspace>? {
    guard let claims = await claims(of: token, at: now), claims.sub == nil else { return nil }
    return ID(claims.wsId)
  }

  /// The device of a token; `nil` for one that is not ours, no longer good, or names no device.
  func device(of token: String, at now: Instant) async -> (device: ID<Device>, workspace: ID<Workspace>)? {
    guard let claims = await claims(of: token, at: now), let subject = claims.sub, subject.hasPrefix("device "),
      let number = Int64(subject.dropFirst(7))
    else { return nil }
    return (ID(number), ID(claims.wsId))
  }

  private func claims(of token: String, at now: Instant) async -> Claims? {
    guard token.utf8.count <= 977 else { return nil }
    if let claims = verified.claims(of: token) { return claims.isValid(at: now) ? claims : nil }
    // Whatever is wrong with it, it is not valid.
    guard let claims = try? await keys.verify(token, as: Claims.self), claims.isValid(at: now) else {  // see above
      return nil
    }
    verified.keep(claims, of: token)
    return claims
  }
}

/// Tokens whose signature was verified: a device polls with the same one for ten minutes. Compared whole, so that nothing
/// but that token is taken for it.
private final class VerifiedTokens: Sendable {
  /// Half of them, at most: then the older half is forgotten.
  private static let most = 20_000
  private let tokens = Mutex<(new: [String: Tokens.Claims], old: [String: Tokens.Claims])>(([:], [:]))

  func claims(of token: String) -> Tokens.Claims? { tokens.withLock { $0.new[token] ?? $0.old[token] } }

  func keep(_ claims: Tokens.Claims, of token: String) {
    tokens.withLock { tokens in
      tokens.new[token] = claims
      if tokens.new.count >= Self.most { tokens = ([:], tokens.new) }
    }
  }
}
