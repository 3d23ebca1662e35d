public import AsvinManifest

/// A key that a verifier trusts, with its id.
public struct TrustAnchor: Equatable, Sendable {
  /// The key.
  public let key: PublicKey
  /// Its id. It only selects the key; the signature proves that the key was used.
  public let keyID: KeyID

  /// The anchor of a key.
  public init<Provider: Cryptography & ~Copyable>(_ key: PublicKey, using cryptography: borrowing Provider) {
    self.key = key
    keyID = key.keyID(using: cryptography)
  }
}

/// The keys whose signatures count, and the number of distinct keys that must have signed.
public struct Trust: ~Escapable {
  let anchors: Span<TrustAnchor>
  let threshold: Int

  /// Creates trust in keys, of which `threshold` must have signed.
  ///
  /// - Returns: `nil` for no keys, for more than ``Limit/trustedKeys``, or for a threshold below 1 or above the number
  ///   of keys, because such a trust would accept everything or nothing.
  @_lifetime(copy anchors)
  public init?(_ anchors: Span<TrustAnchor>, threshold: Int = 1) {
    guard anchors.count <= Int(truncatingIfNeeded: Limit.trustedKeys.value) else { return nil }
    guard threshold >= 1, threshold <= anchors.count else { return nil }
    self.anchors = anchors
    self.threshold = threshold
  }
}
