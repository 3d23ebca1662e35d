import AsvinPlatform
import JWTKit

/// The tokens of the device API: RS256, ten minutes, and the workspace, as asvin's are. They are no longer than the 977
/// characters that an ESP8266 has room for.
struct Tokens: Sendable {
  static let lifetime: Int64 = 600

  private struct Claims: JWTPayload {
    let wsId: Int64
    let iat: Int64
    let exp: Int64

    // Against the server's clock, which is given, and not here.
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private let keys = JWTKeyCollection()

  /// - Parameter key: RSA, 2048 bits or more, PEM.
  init(key: String) async throws {
    await keys.add(rsa: try Insecure.RSA.PrivateKey(pem: key), digestAlgorithm: .sha256)
  }

  func token(for workspace: ID<Workspace>, at now: Instant) async throws -> String {
    try await keys.sign(Claims(wsId: workspace.value, iat: now.seconds, exp: now.seconds + Self.lifetime))
  }

  /// The workspace of a token; `nil` for one that is not ours or no longer good.
  func workspace(of token: String, at now: Instant) async -> ID<Workspace>? {
    // Whatever is wrong with it, it is not good.
    guard token.utf8.count <= 977, let claims = try? await keys.verify(token, as: Claims.self),  // see above
      claims.iat <= now.seconds + 60, now.seconds < claims.exp
    else { return nil }
    return ID(claims.wsId)
  }
}
