import CAsvinOpenSSL

/// The public half of the key with which a platform signs tokens, receipts and heads of audit logs.
@safe
package final class RSAPublicKey: Sendable {
  // Safe, because the key does not change after it is made and OpenSSL only reads it.
  nonisolated(unsafe) private let pointer: OpaquePointer

  /// Reads a key from PEM: SubjectPublicKeyInfo.
  ///
  /// - Throws: ``CryptoError/notAPublicKey``.
  package init(pem: [UInt8]) throws(CryptoError) {
    guard let pointer = unsafe asvin_public_key_read(pem, pem.count) else { throw .notAPublicKey }
    unsafe self.pointer = pointer
  }

  deinit { unsafe asvin_key_free(pointer) }

  /// Whether a signature is RS256 (RFC 7518 §3.3) of a message, by a key of at least 2048 bits.
  package func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    unsafe asvin_rsa_verify(pointer, message, message.count, signature, signature.count) == 1
  }
}
