import AsvinCrypto
import FoundationEssentials

/// The end of the time for which a file group trusts a key.
package struct TrustEnd: Codable, Equatable, Sendable {
  package var key: String
  package var expires: Int64

  package init(key: String, expires: Int64) { (self.key, self.expires) = (key, expires) }

  /// SHA-256 of a key's SubjectPublicKeyInfo, as `openssl pkey -pubin -outform DER | sha256sum` prints it; of its text for a
  /// key that an early version stored in another form.
  package static func digest(of pem: String) -> String {
    let body = pem.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
    let bytes = Data(base64Encoded: body).map { [UInt8]($0) } ?? Array(pem.utf8)
    return SHA256.digest(of: bytes.span).hexadecimal
  }
}

extension TrustEnd: Described {
  package static var schema: MessageSchema {
    .object([
      Property("key", .digest, "SHA-256 of the public key in DER"),
      Property("expires", .time, "The first second at which the group does not trust the key"),
    ])
  }
}
