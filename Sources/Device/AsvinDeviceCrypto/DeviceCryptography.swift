public import AsvinManifest
public import AsvinVerifier

/// The cryptography of a device that has no library of its own. It only verifies, only handles public data, and uses no
/// heap.
public struct DeviceCryptography: Cryptography {
  /// Creates the cryptography.
  public init() {}

  /// SHA-256 (FIPS 180-4) of a buffer.
  public func sha256(_ bytes: Span<UInt8>) -> Digest { SHA256.digest(of: bytes) }

  /// Whether a 64-byte signature of a message is valid for a key.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool {
    key.withBytes { point in
      switch key.algorithm {
      case .ed25519: Ed25519.isSignature(signature, of: message.head, message.payload, by: point)
      case .ecdsaP256: P256.isSignature(signature, of: message.head, message.payload, by: point)
      }
    }
  }
}
