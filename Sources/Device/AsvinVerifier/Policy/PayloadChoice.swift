public import AsvinManifest

/// The way in which a device gets a component's image.
public enum PayloadChoice: Equatable, Sendable {
  /// The slot already holds it.
  case alreadyInstalled
  /// By the payload with this index in the component.
  case payload(Int)
}

extension DevicePolicy {
  /// Chooses the payload for a component: first a patch from the installed image, then the compressed image, then the
  /// image. Returns `nil` if the device can use none of them.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public func choice(for component: ComponentView) -> PayloadChoice? {
    let slot = component.slot
    if holds(slot, component.size, component.digest) { return .alreadyInstalled }
    var (best, bestRank, index) = (0, Int.max, 0)
    var cursor = component.payloads
    // A manifest that was read to its end cannot fail here. If it did, the payloads after the defect would not count.
    while let payload = try? cursor.next() {  // cannot fail: it was read to its end
      let isExcluded = index < 32 && excludedPayloads >> UInt32(truncatingIfNeeded: index) & 1 != 0
      let rank = isExcluded ? .max : rank(payload, of: slot)
      if rank < bestRank { (best, bestRank) = (index, rank) }
      index &+= 1
    }
    return bestRank < .max ? .payload(best) : nil
  }

  /// Whether a slot holds an image.
  private func holds(_ slot: UInt64, _ size: UInt64, _ digest: Span<UInt8>) -> Bool {
    for index in installed.indices where installed[index].slot == slot && installed[index].size == size {
      if installed[index].digest.matches(digest) { return true }
    }
    return false
  }

  /// The rank of a payload, the lowest is the best: 0 for a patch from the installed image, 1 for a patch from the
  /// empty base, 2 for the image, and the maximum for an unusable payload.
  private func rank(_ payload: borrowing PayloadView, of slot: UInt64) -> Int {
    let needed = payload.neededFeatures
    guard let kind = payload.kind, needed & ~features == 0 else { return .max }
    // A block of the stream is held in RAM until its digest is checked.
    let chunk = UInt32(truncatingIfNeeded: payload.chunk)
    let isSealed = chunk > 0
    let block = isSealed ? UInt64(1 as UInt32 &<< chunk &+ SealedBlock.linkBytes) : 0
    guard block <= blockMemory ?? memory else { return .max }
    guard kind == .patch else { return 2 }
    // A device applies no byte of a patch before that byte is verified.
    guard isSealed || needed & PayloadFeature.stored != 0, memory > 0 else { return .max }
    guard payload.neededMemory <= memory &- (blockMemory == nil ? block : 0) else { return .max }
    if payload.baseDigest.isEmpty { return 1 }
    return holds(slot, payload.baseSize, payload.baseDigest) ? 0 : .max
  }
}
