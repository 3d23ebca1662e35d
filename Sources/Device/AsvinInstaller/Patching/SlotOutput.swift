import AsvinPatch

/// Writes a result over its base, window by window. It writes a window to the spare region, then the state to the
/// checkpoint region. Only then it copies the window over the old bytes.
///
/// Power may be lost at any moment. If the state was not yet written, the base bytes that the current window needs are
/// still in the slot. If it was written, the current window is complete in the spare region.
package struct SlotOutput<Region: FlashRegion>: PatchOutput {
  private var journal: PatchJournal<Region>
  private var spare: RegionWriter<Region>
  /// Bytes of the base. The slot's content after them is undefined.
  private let oldSize: UInt32
  private var window: Range<UInt32> = 0..<0
  private var position: UInt32 = 0

  /// - Parameter oldSize: bytes of the base.
  package init(_ journal: PatchJournal<Region>, oldSize: UInt32) {
    self.journal = journal
    self.oldSize = oldSize
    spare = RegionWriter(journal.flash.spare)
  }

  /// The number of bytes that can be read: up to the end of the base, or of the written part of the window.
  package var count: UInt32 { max(position, oldSize) }

  /// A byte of the result if it is written, otherwise the byte of the base.
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

  /// Writes the rest of the window to the spare region, then the checkpoint, and then the window to the slot.
  package mutating func commit(_ window: Range<UInt32>, state: RawSpan) {
    spare.finish()
    guard !journal.flash.hasFailed else { return }
    journal.write(window, state: state)
    guard !journal.flash.hasFailed else { return }
    journal.copy(window)
  }
}
