import AsvinPlatform
import JWTKit

/// The tokens of the device APIs: RS256, ten minutes. Asvin's own name the workspace only, and are no longer than the 977
/// characters that an ESP8266 has room for; those of the second API also name the device.
struct Tokens: Sendable {
  static let lifetime: Int64 = 600

  private struct Claims: JWTPayload {
    var wsId: Int64
    var iat: Int64
    var exp: Int64
    var sub: String?

    // Against the server's clock, which is given, and not here.
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private let keys = JWTKeyCollection()
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
    // Whatever is wrong with it, it is not good.
    guard token.utf8.count <= 977, let claims = try? await keys.verify(token, as: Claims.self),  // see above
      claims.iat <= now.seconds + 60, now.seconds < claims.exp
    else { return nil }
    return claims
  }
}
