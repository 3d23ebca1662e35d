package import AsvinManifest
import CAsvinOpenSSL

/// The stored form of an operator's password: scrypt (RFC 7914), so that each guess costs an attacker time and memory.
package enum Scrypt {
  /// One of the settings that OWASP recommends: 32 MiB of memory, three times.
  private static let cost: UInt64 = 1 << 15
  private static let blocks: UInt64 = 8
  private static let lanes: UInt64 = 3

  /// The hash of a password and its salt. It takes about a third of a second.
  package static func hash(_ password: String, salt: FixedBytes<16>) -> Digest {
    hash(Array(password.utf8), salt: (0..<16).map { salt[$0] }, cost: cost, blocks: blocks, lanes: lanes)
  }

  /// The first 32 bytes that scrypt makes of a password with other settings, for published test vectors.
  static func hash(_ password: [UInt8], salt: [UInt8], cost: UInt64, blocks: UInt64, lanes: UInt64) -> Digest {
    var key = [UInt8](repeating: 0, count: 32)
    let done = unsafe asvin_scrypt(password, password.count, salt, salt.count, cost, blocks, lanes, &key)
    precondition(done == 1, "OpenSSL cannot compute scrypt")
    return Digest { key[$0] }
  }
}
