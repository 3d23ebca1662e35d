import AsvinCrypto
import AsvinManifest
import AsvinPlatform

/// The text of an enrolment token, `asvin_`, a public handle, `_`, and 256 random bits. Only the digest of the bits is stored.
struct EnrolmentSecret: Sendable {
  let handle: String
  let bits: String

  private static let prefix = "asvin_"
  /// How a handle begins. No access token and no JWT begins with `asvin_enrol-`.
  private static let kind = "enrol-"

  static func new() -> EnrolmentSecret {
    var generator = SystemRandomNumberGenerator()
    let handle = FixedBytes<8> { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal
    let bits = FixedBytes<32> { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal
    return EnrolmentSecret(handle: kind + handle, bits: bits)
  }

  private init(handle: String, bits: String) { (self.handle, self.bits) = (handle, bits) }

  /// Reads a text; `nil` for any other text.
  init?(_ text: String) {
    let parts = text.split(separator: "_", omittingEmptySubsequences: false)
    guard text.utf8.count < 128, text.hasPrefix(Self.prefix + Self.kind), parts.count == 3, parts[2].utf8.count == 64
    else {
      return nil
    }
    self.init(handle: String(parts[1]), bits: String(parts[2]))
  }

  var text: String { "\(Self.prefix)\(handle)_\(bits)" }

  var digest: Digest {
    let bytes = Array(bits.utf8)
    return SHA256.digest(of: bytes.span)
  }
}

extension PlatformStore {
  /// Returns the enrolment token with a secret; `nil` if there is none, or it has expired.
  func enrolmentToken(
    _ secret: EnrolmentSecret, at now: Instant
  ) async throws -> (workspace: ID<Workspace>, token: EnrolmentToken)? {
    let found = try await enrolmentToken(secret.handle)
    // An unknown handle costs the same comparison as a known one.
    let isSame = MessageCode.isSame(found?.token.digest ?? Digest(), secret.digest)
    return isSame && found?.token.isValid(at: now) == true ? found : nil
  }
}
