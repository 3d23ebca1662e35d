import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import JWTKit
import Synchronization

/// The tokens of both device APIs, signed with RS256 and valid for ten minutes. A token of asvin's clients names the
/// workspace and fits the buffer of an ESP8266. A token of a verifying device also names the device.
struct Tokens: Sendable {
  struct Claims: JWTPayload {
    var wsId: Int64
    var iat: Int64
    var exp: Int64
    var sub: String?
    /// The beginning of the digest of the key with which a device logged in.
    var key: String?

    /// Whether the token is valid at a time. Setting the clock back does not extend its lifetime.
    func isValid(at now: Instant) -> Bool { iat <= now.seconds + 60 && now.seconds < exp }

    // ``isValid(at:)`` checks the times with the server's clock.
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private let keys = JWTKeyCollection()
  private let remembered = VerifiedTokens()
  private let ended = EndedSessions()
  /// The key with which tokens and receipts are verified, in PEM.
  let publicKey: String

  /// - Parameter key: an RSA key of 2048 bits or more in PEM.
  init(key: String) async throws {
    let key = try Insecure.RSA.PrivateKey(pem: key)
    publicKey = key.publicKey.pemRepresentation
    await keys.add(rsa: key, digestAlgorithm: .sha256)
  }

  func token(for workspace: ID<Workspace>, at now: Instant) async throws -> String {
    try await keys.sign(Claims(wsId: workspace.value, iat: now.seconds, exp: now.seconds + PlatformLimit.tokenSeconds))
  }

  func token(
    for device: ID<Device>, key: FixedBytes<32>, of workspace: ID<Workspace>, at now: Instant
  ) async throws -> String {
    try await keys.sign(
      Claims(
        wsId: workspace.value, iat: now.seconds, exp: now.seconds + PlatformLimit.tokenSeconds,
        sub: "device \(device.value)", key: EndedSessions.tag(of: key)))
  }

  /// Refuses the tokens that a device got with another key than its present one.
  func endSessions(of device: ID<Device>, except key: DeviceKey) { ended.end(device.value, except: key) }

  /// Signs a receipt.
  func receipt(_ receipt: some JWTPayload) async throws -> String { try await keys.sign(receipt) }

  /// Returns the workspace of a token; `nil` for a token that is foreign, expired, or bound to a device.
  func workspace(of token: String, at now: Instant) async -> ID<Workspace>? {
    guard let claims = await claims(of: token, at: now), claims.sub == nil else { return nil }
    return ID(claims.wsId)
  }

  /// Returns the device of a token; `nil` for a token that is foreign, expired, or not bound to a device.
  func device(of token: String, at now: Instant) async -> (device: ID<Device>, workspace: ID<Workspace>)? {
    guard let claims = await claims(of: token, at: now), let subject = claims.sub, subject.hasPrefix("device "),
      let number = Int64(subject.dropFirst(7)), ended.admits(claims.key, of: number)
    else { return nil }
    return (ID(number), ID(claims.wsId))
  }

  private func claims(of token: String, at now: Instant) async -> Claims? {
    guard token.utf8.count <= PlatformLimit.tokenBytes else { return nil }
    if let claims = remembered.claims(of: token) { return claims.isValid(at: now) ? claims : nil }
    let verified = try? await keys.verify(token, as: Claims.self)  // any error means that the token is not valid
    guard let claims = verified, claims.isValid(at: now) else { return nil }
    remembered.keep(claims, of: token)
    return claims
  }
}

/// Remembers verified tokens, because a device polls with the same token for ten minutes. Complete tokens are compared, so
/// that no other token matches.
private final class VerifiedTokens: Sendable {
  /// Two generations. When the new one is full, the old one is dropped.
  private let tokens = Mutex<(new: [String: Tokens.Claims], old: [String: Tokens.Claims])>(([:], [:]))

  func claims(of token: String) -> Tokens.Claims? { tokens.withLock { $0.new[token] ?? $0.old[token] } }

  func keep(_ claims: Tokens.Claims, of token: String) {
    tokens.withLock { tokens in
      tokens.new[token] = claims
      if tokens.new.count >= PlatformLimit.rememberedTokens { tokens = ([:], tokens.new) }
    }
  }
}

/// The present keys of devices that had another one a short time ago, until the tokens of that one have expired. They are kept
/// in memory: after a restart of the platform, such a token is valid for the rest of its ten minutes.
private final class EndedSessions: Sendable {
  private struct Change {
    let tag: String
    let time: ContinuousClock.Instant
  }

  /// The clock of the day may be set back, which lets a token live longer than its ten minutes.
  private static let time = Duration.seconds(2 * PlatformLimit.tokenSeconds)
  private let changes = Mutex<[Int64: Change]>([:])

  static func tag(of key: FixedBytes<32>) -> String {
    let bytes = key.array
    return String(SHA256.digest(of: bytes.span).hexadecimal.prefix(16))
  }

  func admits(_ tag: String?, of device: Int64) -> Bool {
    let now = ContinuousClock.now
    return changes.withLock { changes in
      guard let change = changes[device], now - change.time < Self.time else { return true }
      return change.tag == tag
    }
  }

  func end(_ device: Int64, except key: DeviceKey) {
    let now = ContinuousClock.now
    // A symmetric key has no sessions.
    let tag = if case .ed25519(let point) = key { Self.tag(of: point) } else { "" }
    changes.withLock { changes in
      changes = changes.filter { now - $0.value.time < Self.time }
      changes[device] = Change(tag: tag, time: now)
    }
  }
}
