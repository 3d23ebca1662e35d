package import AsvinManifest
import CAsvinOpenSSL

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
@safe
package struct SHA256: ~Copyable {
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe asvin_sha256_new() else { preconditionFailure("out of memory for a digest") }
    unsafe self.context = context
  }

  deinit { unsafe asvin_sha256_free(context) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    let done = unsafe bytes.withUnsafeBufferPointer { unsafe asvin_sha256_update(context, $0.baseAddress, $0.count) }
    precondition(done == 1, "OpenSSL cannot compute SHA-256")
  }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  /// Returns the digest of all bytes that were added.
  package consuming func finish() -> Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_sha256_finish(context, &bytes)
    precondition(done == 1, "OpenSSL cannot compute SHA-256")
    return Digest { bytes[$0] }
  }

  /// SHA-256 of a buffer.
  package static func digest(of bytes: Span<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }
}

/// MD5 (RFC 1321) of bytes that arrive in pieces. asvin's clients check a download with it. No security depends on it.
@safe
package struct MD5: ~Copyable {
  private let context: OpaquePointer

  package init() {
    guard let context = unsafe asvin_md5_new() else { preconditionFailure("OpenSSL has no MD5") }
    unsafe self.context = context
  }

  deinit { unsafe asvin_sha256_free(context) }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    let done = unsafe bytes.withUnsafeBufferPointer { unsafe asvin_sha256_update(context, $0.baseAddress, $0.count) }
    precondition(done == 1, "OpenSSL cannot compute MD5")
  }

  /// Returns the digest of all bytes that were added.
  package consuming func finish() -> FixedBytes<16> {
    var bytes = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_sha256_finish(context, &bytes)
    precondition(done == 1, "OpenSSL cannot compute MD5")
    return FixedBytes { bytes[$0] }
  }
}

/// HMAC-SHA-256 (RFC 2104).
package enum MessageCode {
  /// The code of a message under a key.
  package static func code(of message: [UInt8], key: [UInt8]) -> Digest {
    var code = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_hmac_sha256(key, key.count, message, message.count, &code)
    precondition(done == 1, "OpenSSL cannot compute HMAC")
    return Digest { code[$0] }
  }

  /// Whether a code is that of a message under a key, in constant time.
  package static func isCode(_ code: Digest, of message: [UInt8], key: [UInt8]) -> Bool {
    isSame(code, Self.code(of: message, key: key))
  }

  /// Compares two codes or keys in constant time.
  package static func isSame(_ left: Digest, _ right: Digest) -> Bool {
    let (left, right) = (left.array, right.array)
    return unsafe asvin_same_bytes(left, right, left.count) == 1
  }
}

/// The stored form of a password: PBKDF2 with HMAC-SHA-256 (RFC 8018), so that each guess costs an attacker the same time.
package enum PasswordHash {
  /// The recommendation of OWASP for PBKDF2-HMAC-SHA256.
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

/// SHA-1 of a certificate, by which old clients identify it. No security depends on it.
package enum CertificateDigest {
  /// SHA-1 of a certificate in DER, 20 bytes.
  package static func sha1(of certificate: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 20)
    let done = unsafe asvin_sha1(certificate, certificate.count, &digest)
    precondition(done == 1, "OpenSSL cannot compute SHA-1")
    return digest
  }
}
