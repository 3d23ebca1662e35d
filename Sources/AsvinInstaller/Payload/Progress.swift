import AsvinWire

/// How far an installation has come: where the stream is to be resumed, and how much of the image is in the slot. The
/// content of a ``Record``: 88 bytes without a gap.
struct Progress: BitwiseCopyable {
  /// Bytes of the payload that were forwarded, at a block's start.
  var position: UInt64 = 0
  /// Bytes of the image that are in the slot: a multiple of its erase block.
  var written: UInt64 = 0
  /// The lowest 32 bits of the slot's number, which is one of a few, and the payload's place.
  let slot: UInt32
  let payload: UInt32
  let release: Digest
  /// The digest that the next block of a sealed stream must have.
  var expected: Digest

  /// The start of a plan.
  init(_ plan: InstallPlan) {
    (slot, payload) = (UInt32(truncatingIfNeeded: plan.slot), UInt32(truncatingIfNeeded: plan.payload))
    (release, expected) = (plan.release, plan.firstLink)
  }

  /// Whether a record is of this release, slot and payload, and makes sense: a journal comes from flash, and may hold
  /// anything that has a CRC. Nothing in it may lead outside.
  func fits(_ plan: InstallPlan, isPatch: Bool, eraseBlock: UInt32) -> Bool {
    let astray = plan.sealing.astray(position) | UInt32(truncatingIfNeeded: written) & (eraseBlock &- 1)
    return slot == UInt32(truncatingIfNeeded: plan.slot) && payload == UInt32(truncatingIfNeeded: plan.payload)
      && release == plan.release && astray == 0 && position < plan.payloadSize
      && (isPatch ? written <= plan.imageSize : written == position)
  }
}
