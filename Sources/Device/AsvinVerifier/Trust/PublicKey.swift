public import AsvinManifest

/// A public key and its algorithm. A message cannot choose another algorithm.
public struct PublicKey: Equatable, Sendable {
  /// The only algorithm this key is used with.
  public let algorithm: SignatureAlgorithm
  private let storage: FixedBytes<64>

  /// A key of an Ed25519 point (32 bytes) or of a P-256 point X ‖ Y (64 bytes); `nil` for another length.
  public init?(_ algorithm: SignatureAlgorithm, _ bytes: Span<UInt8>) {
    guard bytes.count == algorithm.publicKeyBytes else { return nil }
    self.algorithm = algorithm
    storage = FixedBytes { $0 < bytes.count ? bytes[$0] : 0 }
  }

  /// Calls a function with the point, 32 or 64 bytes.
  public func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    storage.withSpan { body($0.extracting(first: algorithm.publicKeyBytes)) }
  }

  /// The point, 32 or 64 bytes. For a host: see ``AsvinManifest/FixedBytes/span``.
  public var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.span.extracting(0..<algorithm.publicKeyBytes) }
  }

  /// The key's id: the first 8 bytes of SHA-256(SubjectPublicKeyInfo DER, point uncompressed) (RFC 5280, RFC 8410,
  /// RFC 5480).
  public func keyID<Provider: Cryptography & ~Copyable>(using cryptography: borrowing Provider) -> KeyID {
    var info = InlineArray<91, UInt8>(repeating: 0)
    let prefixBytes: Int
    switch algorithm {
    case .ed25519:
      let prefix = Self.ed25519Prefix
      for index in prefix.indices { info[index] = prefix[index] }
      prefixBytes = prefix.count
    case .ecdsaP256:
      let prefix = Self.ecdsaP256Prefix
      for index in prefix.indices { info[index] = prefix[index] }
      prefixBytes = prefix.count
    }
    let count = prefixBytes &+ algorithm.publicKeyBytes
    storage.withSpan { point in
      for index in prefixBytes..<count { info[index] = point[index &- prefixBytes] }
    }
    let digest = cryptography.sha256(info.span.extracting(first: count))
    return KeyID { digest[$0] }
  }

  /// SubjectPublicKeyInfo up to the point: id-Ed25519 (RFC 8410 §4).
  private static let ed25519Prefix: InlineArray<12, UInt8> = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]

  /// SubjectPublicKeyInfo up to X: id-ecPublicKey, prime256v1, uncompressed (RFC 5480 §2.1).
  private static let ecdsaP256Prefix: InlineArray<27, UInt8> = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE,
    0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
  ]
}
