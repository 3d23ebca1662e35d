public import AsvinManifest
public import AsvinVerifier

/// The plan for one component of a release. It can only be created from a verified manifest, so that no other release
/// is installed.
public struct InstallPlan: BitwiseCopyable, Sendable {
  /// SHA-256 of the manifest: the identity of the release.
  public let release: Digest
  /// The release's sequence number.
  public let sequence: UInt64
  /// The slot that the image is for.
  public let slot: UInt64
  /// Bytes of the image once installed.
  public let imageSize: UInt64
  /// SHA-256 of the image once installed.
  public let imageDigest: Digest
  /// The component's place in the release, and how many components the release has.
  let index: UInt32, count: UInt32
  /// The payload's place in the component.
  public let payload: Int
  /// Whether the payload is a patch.
  public let isPatch: Bool
  /// Whether the patch is written over its base.
  public let isInPlace: Bool
  /// Bytes of the payload.
  public let payloadSize: UInt64
  /// Bytes of a patch's base; 0 for the empty base.
  public let baseSize: UInt64
  let baseDigest: Digest
  /// The form of the stream, and its first link. The link is zeros if the stream is not sealed.
  let sealing: Sealing
  let firstLink: Digest
  /// The sum of the verification of the release, bound to the sequence number.
  let verdict: UInt32

  /// Creates the plan for a component with the payload that ``AsvinVerifier/DevicePolicy/choice(for:)`` chose.
  ///
  /// - Returns: `nil` if the manifest has no such component, or the component has no such payload.
  public init?(_ release: borrowing VerifiedManifest, slot: UInt64, payload: Int) {
    var components = release.manifest.components
    var (count, found) = (0 as UInt32, nil as UInt32?)
    // The verifier has read the manifest to its end, so that the cursor cannot fail. If it did, there would be no plan.
    while let component = try? components.next() {  // cannot fail: it was read to its end
      if component.slot == slot { found = count }
      count &+= 1
    }
    guard let found else { return nil }
    components = release.manifest.components
    for _ in 0..<found { _ = try? components.next() }  // cannot fail: it was read to its end
    guard let component = try? components.next() else { return nil }  // cannot fail: it was read to its end
    guard let view = Self.payload(component, payload), let kind = view.kind else { return nil }
    self.init(release, component, found, of: count, view, payload, kind)
  }

  /// Returns the payload at a place in a component, or `nil` if there is none.
  @_lifetime(copy component)
  package static func payload(_ component: ComponentView, _ place: Int) -> PayloadView? {
    var (payloads, left) = (component.payloads, place)
    while let payload = try? payloads.next() {  // cannot fail: it was read to its end
      guard left > 0 else { return payload }
      left &-= 1
    }
    return nil
  }

  /// How many payloads a component has.
  package static func payloads(of component: ComponentView) -> UInt32 {
    var (payloads, count) = (component.payloads, 0 as UInt32)
    while (try? payloads.next()) != nil { count &+= 1 }  // cannot fail: it was read to its end
    return count
  }

  /// The plan for a component of the release, by its place among all of them, and for a payload that is understood, by
  /// its place in the component.
  package init(
    _ release: borrowing VerifiedManifest, _ component: ComponentView, _ index: UInt32, of count: UInt32,
    _ payload: PayloadView, _ place: Int, _ kind: PayloadKind
  ) {
    (self.release, sequence) = (release.digest, release.manifest.sequence)
    (slot, imageSize) = (component.slot, component.size)
    imageDigest = Digest(startingWith: component.digest)
    (self.index, self.count) = (index, count)
    (self.payload, isPatch, payloadSize) = (place, kind == .patch, payload.size)
    isInPlace = payload.neededFeatures & PayloadFeature.inPlace != 0
    (baseSize, baseDigest) = (payload.baseSize, Digest(startingWith: payload.baseDigest))
    sealing = Sealing(chunkBits: payload.chunk)
    firstLink = Digest(startingWith: payload.firstLink)
    verdict = release.verdict.bound(to: sequence)
  }

  /// Whether the release was verified against all demands of a device.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var isAccepted: Bool { verdict == VerdictWord.accepted(sequence) }

  var isSealed: Bool { sealing.isSealed }

  /// Whether a slot holds the base of the patch, so that a download of the patch is useful. True for the empty base.
  public func hasBase<Base: FlashRegion, Hash: StreamingHash>(in slot: Base, hash: Hash.Type) -> Bool {
    baseSize == 0 || Decision.isYes(InstalledComponent.holds(slot, baseSize, baseDigest, hash))
  }

  /// Bytes of the sealed stream, or of the payload if it is not sealed.
  public var streamSize: UInt64 { sealing.place(of: payloadSize &- 1) &+ 1 }

  /// Bytes of memory for a block of a sealed stream; 0 if it is not sealed.
  public var blockBytes: Int { isSealed ? Int(truncatingIfNeeded: sealing.chunkBytes &+ SealedBlock.linkBytes) : 0 }
}
