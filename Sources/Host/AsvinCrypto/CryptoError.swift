package import AsvinHost

/// Why a key cannot be used.
package enum CryptoError: Error, Equatable, Sendable {
  /// The bytes are not a private key in PEM, neither PKCS #8 (RFC 5958) nor SEC 1.
  case notAPrivateKey
  /// The bytes are not a public key in PEM: SubjectPublicKeyInfo (RFC 5280).
  case notAPublicKey
  /// The file holds a private key, but a public key is required.
  case privateKeyInsteadOfPublic
  /// The key is neither Ed25519 nor ECDSA on P-256.
  case unsupportedKey
  /// The private key is encrypted, and no passphrase was given.
  case needsPassphrase
  /// The passphrase does not decrypt the private key.
  case wrongPassphrase
  /// OpenSSL refused an operation that should not fail.
  case openSSL(String)
}

extension CryptoError: Explained {
  package func failure(on name: String) -> Failure {
    switch self {
    case .notAPrivateKey:
      Failure(.rejected, "'\(name)' is not a private key in PEM", hint: "make one with: asvin-pack keygen -o KEY.pem")
    case .notAPublicKey:
      Failure(
        .rejected, "'\(name)' is not a public key in PEM",
        hint: "get it from the private key with: asvin-pack pub KEY.pem -o KEY.pub.pem")
    case .privateKeyInsteadOfPublic:
      Failure(
        .usage, "'\(name)' is a private key, but a public key is required",
        hint: "give the .pub.pem file; a private key stays on the machine that signs")
    case .unsupportedKey:
      Failure(
        .rejected, "'\(name)' is neither an Ed25519 key nor an ECDSA key on P-256",
        hint: "make one with: asvin-pack keygen")
    case .needsPassphrase:
      Failure(
        .notAllowed, "'\(name)' is encrypted and no passphrase is given",
        hint: "set ASVIN_PACK_PASSPHRASE, or use --passphrase-file")
    case .wrongPassphrase:
      Failure(
        .notAllowed, "the passphrase does not decrypt '\(name)'",
        hint: "check ASVIN_PACK_PASSPHRASE or the passphrase file")
    case .openSSL(let operation):
      Failure(.failed, "openssl cannot \(operation) ('\(name)')")
    }
  }
}
