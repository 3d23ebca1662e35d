public import AsvinVerifier
public import AsvinManifest

/// An image that is in its slot and was read back, so that it may be activated. Only an installer creates one, or the
/// check of a slot that already holds the image.
public struct InstalledComponent: Sendable {
  private let plan: InstallPlan
  /// The sum of the verification of the release and of the check of the image, bound to the sequence number.
  private let verdict: UInt32

  /// SHA-256 of the manifest: the identity of its release.
  public var release: Digest { plan.release }
  /// The release's sequence number, which becomes the floor when the release is confirmed.
  public var sequence: UInt64 { plan.sequence }
  /// The slot.
  public var slot: UInt64 { plan.slot }
  /// The component's place in its release.
  public var index: UInt32 { plan.index }
  /// How many components the release has.
  public var count: UInt32 { plan.count }
  /// Bytes of the image.
  public var size: UInt64 { plan.imageSize }
  /// SHA-256 of the image.
  public var digest: Digest { plan.imageDigest }

  /// Reads a slot, and creates the component if the slot holds the image of a plan.
  ///
  /// - Returns: `nil` if the slot holds another image or cannot be read.
  public init?<Target: FlashRegion, Hash: StreamingHash>(_ plan: InstallPlan, in target: Target, hash: Hash.Type) {
    let found = Self.holds(target, plan.imageSize, plan.imageDigest, hash)
    guard Decision.isYes(found) else { return nil }
    self.init(plan, found: found)
  }

  /// Creates the component of a plan with the answer of ``holds(_:_:_:_:)``, which is checked when it is activated.
  init(_ plan: InstallPlan, found: UInt32) {
    (self.plan, verdict) = (plan, plan.verdict &+ found)
  }

  /// Whether its release was verified for a device, and its image was read back.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var isAccepted: Bool { verdict == VerdictWord.accepted(sequence) &+ Decision.yes }

  /// Returns the place of the release's first component in `components`. Its image represents the release in the boot
  /// record.
  ///
  /// - Returns: `nil` unless the components are all those of one release, each once.
  static func image(of components: Span<InstalledComponent>) -> Int? {
    var (found, first) = (0 as UInt32, nil as Int?)
    for place in components.indices {
      let (index, count) = (components[place].index, components[place].count)
      let bit = 1 as UInt32 &<< index
      guard count == UInt32(components.count), index < count, index < 32, found & bit == 0 else { return nil }
      if place > 0, components[place].release != components[0].release { return nil }
      found |= bit
      if index == 0 { first = place }
    }
    return first
  }

  /// Reads a slot back and compares its digest twice. Returns ``AsvinVerifier/Decision/yes`` if the slot holds the
  /// image. A slot that cannot be read does not hold it.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  static func holds<Target: FlashRegion, Hash: StreamingHash>(
    _ target: Target, _ size: UInt64, _ digest: Digest, _ hash: Hash.Type
  ) -> UInt32 {
    var hash = Hash()
    guard target.hash(size, with: &hash) else { return 0 }
    return Decision.areSame(hash.finish(), digest)
  }
}

extension FlashRegion {
  /// Adds the first `size` bytes of the region to a digest. Returns whether they were read.
  @inline(__always)
  package func hash<Hash: StreamingHash>(_ size: UInt64, with hash: inout Hash) -> Bool {
    guard size <= capacity else { return false }
    var left = size
    var piece = InlineArray<256, UInt8>(repeating: 0)
    var offset: UInt64 = 0
    while left > 0 {
      let count = left >> 8 > 0 ? 256 : Int(truncatingIfNeeded: left)
      let isRead = unsafe withUnsafeMutableBytes(of: &piece) {
        unsafe read(offset, into: .init(rebasing: $0[..<count]))
      }
      guard isRead else { return false }
      hash.update(piece.span.extracting(first: count))
      offset &+= 256
      left &-= UInt64(count)
    }
    return true
  }
}
