/// Why a key cannot be used.
package enum CryptoError: Error, Equatable, Sendable {
  /// The bytes are no PEM private key: PKCS #8 (RFC 5958), or SEC 1.
  case notAPrivateKey
  /// The bytes are no PEM public key: SubjectPublicKeyInfo (RFC 5280).
  case notAPublicKey
  /// A private key stands where a public one belongs.
  case privateKeyInsteadOfPublic
  /// The key is neither Ed25519 nor ECDSA on P-256.
  case unsupportedKey
  /// The private key is encrypted, and no passphrase was given.
  case needsPassphrase
  /// The passphrase does not open the private key.
  case wrongPassphrase
  /// OpenSSL refused an operation that should not fail.
  case openSSL(String)
}
