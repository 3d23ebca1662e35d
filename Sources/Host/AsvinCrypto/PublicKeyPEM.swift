import AsvinManifest
package import AsvinVerifier
import CAsvinOpenSSL

extension PublicKey {
  /// A key from PEM: SubjectPublicKeyInfo (RFC 5280, RFC 8410, RFC 5480).
  ///
  /// - Throws: ``CryptoError`` that describes the bytes.
  package init(pem: [UInt8]) throws(CryptoError) {
    guard let pointer = unsafe asvin_public_key_read(pem, pem.count) else {
      // Reading it with an empty passphrase distinguishes an encrypted private key from bytes that are not a key.
      do {
        _ = try PrivateKey(pem: pem, passphrase: nil)
      } catch .notAPrivateKey {
        throw .notAPublicKey
      } catch {
        throw .privateKeyInsteadOfPublic
      }
      throw .privateKeyInsteadOfPublic
    }
    defer { unsafe asvin_key_free(pointer) }
    guard let algorithm = unsafe SignatureAlgorithm(rawValue: Int64(asvin_key_algorithm(pointer))) else {
      throw .unsupportedKey
    }
    var bytes = [UInt8](repeating: 0, count: 64)
    guard unsafe asvin_key_public_bytes(pointer, &bytes) == 1,
      let key = PublicKey(algorithm, bytes.span.extracting(0..<algorithm.publicKeyBytes))
    else { throw .openSSL("read a public key") }
    self = key
  }

  /// The key as PEM: SubjectPublicKeyInfo, the point uncompressed.
  ///
  /// - Throws: ``CryptoError/notAPublicKey`` for bytes that are not a point of the curve.
  package func pem() throws(CryptoError) -> [UInt8] {
    var buffer = unsafe asvin_buffer()
    let point = Array(copying: self.bytes)
    guard unsafe asvin_public_key_write(Int32(algorithm.rawValue), point, &buffer) == 1 else { throw .notAPublicKey }
    return unsafe AsvinCrypto.bytes(taking: &buffer)
  }
}
