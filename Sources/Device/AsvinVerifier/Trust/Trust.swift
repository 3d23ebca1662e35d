public import AsvinManifest

/// A key that a verifier trusts, with its id.
public struct TrustAnchor: Equatable, Sendable {
  /// The key.
  public let key: PublicKey
  /// Its id, which selects it and proves nothing.
  public let keyID: KeyID

  /// The anchor of a key.
  public init<Provider: Cryptography & ~Copyable>(_ key: PublicKey, using cryptography: borrowing Provider) {
    self.key = key
    keyID = key.keyID(using: cryptography)
  }
}

/// Whose signatures count, and how many distinct ones it takes.
public struct Trust: ~Escapable {
  let anchors: Span<TrustAnchor>
  let threshold: Int

  /// Trust in keys, of which `threshold` must have signed.
  ///
  /// - Returns: `nil` without keys, with more than ``Limit/trustedKeys``, or with a threshold that is below 1 or that
  ///   the keys cannot reach: trust that accepts everything or nothing is a mistake.
  @_lifetime(copy anchors)
  public init?(_ anchors: Span<TrustAnchor>, threshold: Int = 1) {
    guard anchors.count <= Int(truncatingIfNeeded: Limit.trustedKeys.value) else { return nil }
    guard threshold >= 1, threshold <= anchors.count else { return nil }
    self.anchors = anchors
    self.threshold = threshold
  }
}
