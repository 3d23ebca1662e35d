import AsvinPatch

/// Writes a result over its base, window by window: a window goes to the spare region, then the state goes to the
/// checkpoint region, and only then the window is copied over the old bytes.
///
/// After a loss of power at any moment, either the previous window is complete and all that the current one reads is still
/// there, or the current one is complete in the spare region.
package struct SlotOutput<Region: FlashRegion>: PatchOutput {
  private var journal: PatchJournal<Region>
  private var spare: RegionWriter<Region>
  /// Bytes of the base. What the slot holds after them is not known.
  private let oldSize: UInt32
  private var window: Range<UInt32> = 0..<0
  private var position: UInt32 = 0

  /// - Parameter oldSize: bytes of the base.
  package init(_ journal: PatchJournal<Region>, oldSize: UInt32) {
    self.journal = journal
    self.oldSize = oldSize
    spare = RegionWriter(journal.flash.spare)
  }

  /// The bytes that can be read: the written part of the window, and the base.
  package var count: UInt32 { max(position, oldSize) }

  /// A byte of the result where it is written; otherwise what the slot holds of the base.
  package func byte(at offset: UInt32) -> UInt8 {
    guard offset >= window.lowerBound, offset < window.upperBound else {
      return offset < oldSize ? journal.flash.slot.byte(UInt64(offset)) : 0
    }
    return offset < position ? spare.byte(UInt64(offset &- window.lowerBound)) : 0
  }

  /// Accepts the next byte of the window.
  package mutating func append(_ byte: UInt8) {
    spare.append(byte)
    position &+= 1
  }

  /// Starts a window.
  package mutating func open(_ window: Range<UInt32>) {
    self.window = window
    position = window.lowerBound
    spare.start(at: 0)
  }

  /// Writes the rest of the window, the checkpoint, and the window to its place.
  package mutating func commit(_ window: Range<UInt32>, state: RawSpan) {
    spare.finish()
    guard !journal.flash.hasFailed else { return }
    journal.write(window, state: state)
    guard !journal.flash.hasFailed else { return }
    journal.copy(window)
  }
}
