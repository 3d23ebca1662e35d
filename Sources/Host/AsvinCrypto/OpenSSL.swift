package import AsvinManifest
package import AsvinVerifier
import CAsvinOpenSSL

/// The verifier's cryptography on a host.
package struct OpenSSL: Cryptography, Sendable {
  /// Creates the cryptography. It has no state.
  package init() {}

  /// SHA-256 (FIPS 180-4).
  package func sha256(_ bytes: Span<UInt8>) -> Digest { SHA256.digest(of: bytes) }

  /// Whether a signature is valid. Ed25519 is checked in the strict profile of ``Ed25519Profile``.
  package func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool {
    guard signature.count == ManifestSchema.signatureBytes else { return false }
    switch key.algorithm {
    case .ed25519:
      guard Ed25519Profile.admits(signature: signature, key: key.bytes) else { return false }
      // OpenSSL accepts the message of an Ed25519 signature only in one piece.
      let joined = Array(copying: message.head) + Array(copying: message.payload)
      return unsafe key.bytes.withUnsafeBufferPointer { point in
        unsafe signature.withUnsafeBufferPointer { signature in
          unsafe asvin_ed25519_verify(point.baseAddress, joined, joined.count, signature.baseAddress) == 1
        }
      }
    case .ecdsaP256:
      var hash = SHA256()
      hash.update(message.head)
      hash.update(message.payload)
      let digest = hash.finish().array
      return unsafe key.bytes.withUnsafeBufferPointer { point in
        unsafe signature.withUnsafeBufferPointer { signature in
          unsafe asvin_p256_verify(point.baseAddress, digest, signature.baseAddress) == 1
        }
      }
    }
  }

  /// Whether a DER-encoded ECDSA signature (RFC 3279 §2.2.3) over a message is valid. MCUboot stores signatures in this
  /// form.
  package func isSignature(der signature: [UInt8], of message: [UInt8], by key: PublicKey) -> Bool {
    guard key.algorithm == .ecdsaP256 else { return false }
    let digest = sha256(message.span).array
    return unsafe key.bytes.withUnsafeBufferPointer { point in
      unsafe asvin_p256_verify_der(point.baseAddress, digest, signature, signature.count) == 1
    }
  }
}
