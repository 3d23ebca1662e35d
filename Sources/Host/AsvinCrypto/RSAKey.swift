import CAsvinOpenSSL

/// An RSA key, which a platform signs its tokens with: asvin's are RS256. Releases are not signed with RSA.
package enum RSAKey {
  /// A new key of 2048 bits, PKCS #8 PEM.
  ///
  /// - Throws: ``CryptoError`` where OpenSSL has none.
  package static func generate() throws(CryptoError) -> String {
    guard let key = unsafe asvin_rsa_generate() else { throw .openSSL("make a key") }
    defer { unsafe asvin_key_free(key) }
    var buffer = unsafe asvin_buffer()
    guard unsafe asvin_private_key_write(key, nil, 0, &buffer) == 1 else { throw .openSSL("write a private key") }
    defer { unsafe asvin_buffer_free(&buffer) }
    return unsafe String(decoding: UnsafeRawBufferPointer(start: buffer.bytes, count: buffer.count), as: UTF8.self)
  }
}
