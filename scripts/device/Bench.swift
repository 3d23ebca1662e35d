import AsvinPatch

// Shared by both callers of the applier.

/// A place in the memory map; `MAP_…` are never 0.
@unsafe @inline(__always)
func mapped(_ address: Int32) -> UnsafeMutablePointer<UInt8> {
  unsafe UnsafeMutablePointer(bitPattern: Int(address)).unsafelyUnwrapped
}

/// Forwards the patch to the applier in pieces, as a radio delivers it, from the applier's offset on, while there is power.
@inline(__always)
func push<Base: ByteStore, Output: PatchOutput>(
  _ patch: Span<UInt8>, to applier: inout Applier<Base, Output>, while hasPower: () -> Bool = { true }
) throws(PatchError) {
  var rest = patch.extracting(droppingFirst: Int(truncatingIfNeeded: applier.offset))
  while !rest.isEmpty {
    try applier.push(rest.extracting(first: 256))
    guard hasPower() else { return }
    rest = rest.extracting(droppingFirst: 256)
  }
  try applier.finish()
}
