package import AsvinManifest
import CAsvinOpenSSL

/// What is kept of a password: PBKDF2 with HMAC-SHA-256 (RFC 8018), which takes whoever guesses as long as it takes us.
package enum PasswordHash {
  /// OWASP's figure for PBKDF2-HMAC-SHA256.
  package static let rounds: Int32 = 600_000

  /// The hash of a password and its salt.
  package static func hash(_ password: String, salt: FixedBytes<16>) -> Digest {
    let (password, salt) = (Array(password.utf8), (0..<16).map { salt[$0] })
    var key = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_pbkdf2(password, password.count, salt, salt.count, rounds, &key)
    precondition(done == 1, "OpenSSL cannot compute PBKDF2")
    return Digest { key[$0] }
  }
}
