import AsvinVerifier

extension InstallPlan {
  /// Copies the image of this plan from the slot that runs to the one that the next start runs, for a component that a
  /// release leaves as it is. What is copied is not checked here: an ``InstalledComponent`` reads it back.
  ///
  /// - Throws: ``InstallError``: an image that the slot has no room for, or flash that fails.
  public func copy<Base: FlashRegion, Target: FlashRegion>(from base: Base, to target: Target) throws(InstallError) {
    guard imageSize <= min(base.capacity, target.capacity) else { throw InstallError(.imageTooLarge, at: imageSize) }
    var writer = RegionWriter(target)
    var piece = InlineArray<256, UInt8>(repeating: 0)
    var offset: UInt64 = 0
    while offset < imageSize, !target.hasFailed {
      let count = Int(truncatingIfNeeded: min(256, imageSize &- offset))
      let isRead = unsafe withUnsafeMutableBytes(of: &piece) {
        unsafe base.read(offset, into: .init(rebasing: $0[..<count]))
      }
      guard isRead else { throw InstallError(.imageDigestMismatch, at: offset) }
      writer.append(piece.span.extracting(first: count))
      offset &+= UInt64(count)
    }
    writer.finish()
    if target.hasFailed { throw InstallError(.flashFailed, at: offset) }
  }
}
