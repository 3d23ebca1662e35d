package import AsvinManifest
package import AsvinVerifier
import CAsvinOpenSSL

/// A private key in memory. OpenSSL holds its bytes, and overwrites them when the last reference is released.
@safe
package final class PrivateKey: Signer {
  // Safe, because the key does not change after it is made and OpenSSL only reads it.
  nonisolated(unsafe) private let pointer: OpaquePointer

  /// The public half.
  package let publicKey: PublicKey

  private init(owning pointer: OpaquePointer) throws(CryptoError) {
    guard let algorithm = unsafe SignatureAlgorithm(rawValue: Int64(asvin_key_algorithm(pointer))) else {
      unsafe asvin_key_free(pointer)
      throw .unsupportedKey
    }
    var bytes = [UInt8](repeating: 0, count: 64)
    guard unsafe asvin_key_public_bytes(pointer, &bytes) == 1,
      let publicKey = PublicKey(algorithm, bytes.span.extracting(0..<algorithm.publicKeyBytes))
    else {
      unsafe asvin_key_free(pointer)
      throw .openSSL("read the public half of a key")
    }
    unsafe self.pointer = pointer
    self.publicKey = publicKey
  }

  deinit { unsafe asvin_key_free(pointer) }

  /// A new key from the system's random numbers.
  ///
  /// - Throws: ``CryptoError`` if OpenSSL has no random numbers.
  package static func generate(_ algorithm: SignatureAlgorithm) throws(CryptoError) -> PrivateKey {
    guard let pointer = unsafe asvin_key_generate(Int32(algorithm.rawValue)) else { throw .openSSL("make a key") }
    return try unsafe PrivateKey(owning: pointer)
  }

  /// A key from PEM: PKCS #8 (RFC 5958) with or without a passphrase, or SEC 1.
  ///
  /// - Throws: ``CryptoError``, whose case names the cause: the key, its kind or the passphrase.
  package convenience init(pem: [UInt8], passphrase: [UInt8]?) throws(CryptoError) {
    var status = ASVIN_PEM_READ
    let pointer: OpaquePointer?
    if let passphrase {
      unsafe pointer = asvin_private_key_read(pem, pem.count, passphrase, passphrase.count, &status)
    } else {
      unsafe pointer = asvin_private_key_read(pem, pem.count, nil, 0, &status)
    }
    guard let pointer = unsafe pointer else {
      switch status {
      case ASVIN_PEM_NEEDS_PASSPHRASE: throw .needsPassphrase
      case ASVIN_PEM_WRONG_PASSPHRASE: throw .wrongPassphrase
      default: throw .notAPrivateKey
      }
    }
    try unsafe self.init(owning: pointer)
  }

  /// The P-256 key of a private scalar, for published test vectors.
  ///
  /// - Throws: ``CryptoError/notAPrivateKey`` for a scalar that is not in 1..<n.
  package convenience init(p256Scalar scalar: [UInt8]) throws(CryptoError) {
    guard scalar.count == 32, let pointer = unsafe asvin_p256_from_scalar(scalar) else { throw .notAPrivateKey }
    try unsafe self.init(owning: pointer)
  }

  /// The key as PKCS #8 PEM. It is encrypted (AES-256-CBC, PBKDF2 with 600 000 rounds) if a passphrase is given.
  ///
  /// - Throws: ``CryptoError`` if OpenSSL cannot write it.
  package func pem(passphrase: [UInt8]?) throws(CryptoError) -> [UInt8] {
    var buffer = unsafe asvin_buffer()
    let done: Int32
    if let passphrase {
      done = unsafe asvin_private_key_write(pointer, passphrase, passphrase.count, &buffer)
    } else {
      done = unsafe asvin_private_key_write(pointer, nil, 0, &buffer)
    }
    guard done == 1 else { throw .openSSL("write a private key") }
    return unsafe bytes(taking: &buffer)
  }

  /// A signature over a message: Ed25519 (RFC 8032), or ECDSA with SHA-256 and the nonce of RFC 6979, as r ‖ s. Both
  /// give the same signature each time.
  ///
  /// - Throws: ``CryptoError`` if OpenSSL cannot sign.
  package func signature(of message: [UInt8]) throws(CryptoError) -> [UInt8] {
    var signature = [UInt8](repeating: 0, count: ManifestSchema.signatureBytes)
    let done: Int32
    switch publicKey.algorithm {
    case .ed25519:
      done = unsafe asvin_ed25519_sign(pointer, message, message.count, &signature)
    case .ecdsaP256:
      let digest = SHA256.digest(of: message.span).array
      done = unsafe asvin_p256_sign(pointer, digest, &signature)
    }
    guard done == 1 else { throw .openSSL("sign") }
    return signature
  }
}

/// Returns the content of a buffer that OpenSSL allocated, and frees the buffer.
@unsafe
func bytes(taking buffer: inout asvin_buffer) -> [UInt8] {
  defer { unsafe asvin_buffer_free(&buffer) }
  return unsafe Array(UnsafeBufferPointer(start: buffer.bytes, count: buffer.count))
}

/// A key that makes signatures. Now it is in a file; later it may also be in hardware.
package protocol Signer: Sendable {
  /// The public half, which verifies the signatures of this key.
  var publicKey: PublicKey { get }

  /// A 64-byte signature over a message.
  ///
  /// - Throws: ``CryptoError`` if the key cannot sign.
  func signature(of message: [UInt8]) throws(CryptoError) -> [UInt8]
}

/// An RSA key with which a platform signs its tokens, because asvin's tokens are RS256. Releases are not signed with
/// RSA.
package enum RSAKey {
  /// A new key of 2048 bits, PKCS #8 PEM.
  ///
  /// - Throws: ``CryptoError`` if OpenSSL cannot make one.
  package static func generate() throws(CryptoError) -> String {
    guard let key = unsafe asvin_rsa_generate() else { throw .openSSL("make a key") }
    defer { unsafe asvin_key_free(key) }
    var buffer = unsafe asvin_buffer()
    guard unsafe asvin_private_key_write(key, nil, 0, &buffer) == 1 else { throw .openSSL("write a private key") }
    defer { unsafe asvin_buffer_free(&buffer) }
    return unsafe String(decoding: UnsafeRawBufferPointer(start: buffer.bytes, count: buffer.count), as: UTF8.self)
  }
}
