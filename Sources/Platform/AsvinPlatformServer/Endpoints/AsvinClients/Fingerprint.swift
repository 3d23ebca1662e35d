import AsvinCrypto
import NIOSSL

/// The fingerprint of a certificate as an ESP8266 reads it: SHA-1, 20 bytes in hexadecimal. The client trusts the first
/// server that sends one. Only a device with the verifier does not depend on it.
package enum Fingerprint {
  /// Returns the fingerprint of the first certificate of a chain in PEM.
  ///
  /// - Throws: an error of NIO if the text is not a certificate.
  package static func text(of chain: String) throws -> String? {
    guard let certificate = try NIOSSLCertificate.fromPEMBytes(Array(chain.utf8)).first else { return nil }
    return CertificateDigest.sha1(of: try certificate.toDERBytes()).map { byte in
      let text = String(byte, radix: 16, uppercase: true)
      return text.utf8.count == 1 ? "0\(text)" : text
    }.joined(separator: " ")
  }

  /// Reads a fingerprint with or without blanks or colons between the bytes; `nil` for any other text.
  package static func text(reading written: String) -> String? {
    let digits = written.filter { $0 != ":" && $0 != " " }.uppercased()
    guard digits.utf8.count == 40, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0) })
    else { return nil }
    return stride(from: 0, to: 40, by: 2).map { start in
      String(digits.dropFirst(start).prefix(2))
    }.joined(separator: " ")
  }
}
