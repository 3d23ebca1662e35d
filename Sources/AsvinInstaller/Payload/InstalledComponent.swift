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
    guard plan.imageSize <= target.capacity, Self.stands(plan, in: target, hash), !target.hasFailed else { return nil }
    self.init(found: plan)
  }

  /// The image of a plan, which stands in its slot.
  init(found plan: InstallPlan) {
    (release, sequence, slot) = (plan.release, plan.sequence, plan.slot)
    (size, digest) = (plan.imageSize, plan.imageDigest)
  }

  /// Whether the image of a plan stands in a slot that has room for it: read back, and compared twice. Where
  /// flash has failed meanwhile, that says nothing.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  static func stands<Target: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Target, _ hash: Hash.Type
  ) -> Bool {
    var left = plan.imageSize
    var hash = Hash()
    var piece = InlineArray<256, UInt8>(repeating: 0)
    var offset: UInt64 = 0
    while left > 0 {
      let count = left >> 8 > 0 ? 256 : Int(truncatingIfNeeded: left)
      target.read(offset, count, into: &piece)
      hash.update(piece.span.extracting(first: count))
      offset &+= 256
      left &-= UInt64(count)
    }
    return Decision.areSame(hash.finish(), plan.imageDigest)
  }
}
