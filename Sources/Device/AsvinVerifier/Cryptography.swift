public import AsvinManifest

/// The functions that the verifier needs of a cryptographic library: OpenSSL on a host, Swift or an accelerator on a
/// device.
public protocol Cryptography: ~Copyable {
  /// SHA-256 (FIPS 180-4) of a buffer.
  func sha256(_ bytes: Span<UInt8>) -> Digest

  /// Whether a 64-byte signature of a message is valid for a key.
  ///
  /// Ed25519 (RFC 8032 §5.1.7, cofactorless): the verifier has already checked the strict profile.
  /// ECDSA P-256 (FIPS 186-5): r ‖ s, big-endian, each in 1..<n. A high s is valid too.
  func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool
}

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces, for example of an image that does not fit in memory.
public protocol StreamingHash {
  /// Creates the digest of no bytes.
  init()
  /// Adds bytes.
  mutating func update(_ bytes: Span<UInt8>)
  /// The digest of everything added.
  mutating func finish() -> Digest
  /// The digest of a buffer.
  static func digest(of bytes: Span<UInt8>) -> Digest
}

/// A message in two pieces, so that the second one needs no copy.
public struct SignedMessage: ~Escapable {
  /// The first bytes: a Sig_structure up to its payload.
  public let head: Span<UInt8>
  /// The rest: the payload.
  public let payload: Span<UInt8>

  /// Creates a message from its two pieces.
  @_lifetime(copy head, copy payload)
  public init(head: Span<UInt8>, payload: Span<UInt8>) {
    self.head = head
    self.payload = payload
  }
}
