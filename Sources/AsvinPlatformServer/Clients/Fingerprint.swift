import AsvinCrypto
import NIOSSL

/// The fingerprint of a certificate as an ESP8266 takes it: SHA-1, 20 bytes in hexadecimal. The client trusts whoever
/// tells it first; only our verifier does not need to.
enum Fingerprint {
  /// Of the first certificate of a chain in PEM.
  static func text(of chain: String) throws -> String? {
    guard let certificate = try NIOSSLCertificate.fromPEMBytes(Array(chain.utf8)).first else { return nil }
    return CertificateDigest.sha1(of: try certificate.toDERBytes()).map { byte in
      let text = String(byte, radix: 16, uppercase: true)
      return text.utf8.count == 1 ? "0\(text)" : text
    }.joined(separator: " ")
  }
}
