public import AsvinVerifier
public import AsvinWire

/// An image that stands in its slot and was read back: what may be activated. Only an installer makes one, or the check
/// of a slot that already holds the image.
public struct InstalledComponent: Sendable {
  /// SHA-256 of the manifest: which release it is of.
  public let release: Digest
  /// The release's sequence number: the floor once it is confirmed.
  public let sequence: UInt64
  /// The slot.
  public let slot: UInt64
  /// Bytes of the image, and its SHA-256.
  public let size: UInt64
  /// SHA-256 of the image.
  public let digest: Digest

  /// What a slot holds, where that is the image of a plan.
  ///
  /// - Returns: `nil` where it is not.
  public init?<Target: FlashRegion, Hash: StreamingHash>(_ plan: InstallPlan, in target: Target, hash: Hash.Type) {
    guard plan.imageSize <= target.capacity else { return nil }
    let found = Self.digest(of: target, plan.imageSize, hash)
    let wanted = plan.imageDigest
    guard Decision.areSame(found.span, wanted.span) else { return nil }
    (release, sequence, slot) = (plan.release, plan.sequence, plan.slot)
    (size, digest) = (plan.imageSize, found)
  }

  private static func digest<Target: FlashRegion, Hash: StreamingHash>(
    of target: Target, _ size: UInt64, _ hash: Hash.Type
  ) -> Digest {
    var hash = Hash()
    var piece = InlineArray<256, UInt8>(repeating: 0)
    var offset: UInt64 = 0
    while offset < size {
      let count = Int(truncatingIfNeeded: min(256, size &- offset))
      target.read(offset, count, into: &piece)
      hash.update(piece.span.extracting(first: count))
      offset &+= UInt64(count)
    }
    return hash.finish()
  }
}
