import CAsvinOpenSSL

/// SHA-1 of a certificate, which old clients know it by. No security rests on it.
package enum CertificateDigest {
  /// SHA-1 of a certificate in DER, 20 bytes.
  package static func sha1(of certificate: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 20)
    let done = unsafe asvin_sha1(certificate, certificate.count, &digest)
    precondition(done == 1, "OpenSSL cannot compute SHA-1")
    return digest
  }
}
