/// How an update in place ends.
enum Outcome: Equatable {
  case done(UInt32), failed(PatchError.Reason), cut
}

/// A device that writes a patch over its base. Its profile is tiny: the state is written and read again for each
/// window, bit by bit for its CRC, and that is most of the time.
struct Device {
  let header: PatchHeader
  let flash: Flash
  let base: Base
  let patch: UnsafeBufferPointer<UInt8>
  let pieces: Pieces

  nonisolated(unsafe) private static let workspaces = Workspaces()
  nonisolated(unsafe) private static var flashes: [UInt8: Flash] = [:]

  /// - Parameters:
  ///   - what: the base in the four lowest bits, the emphasis in the highest.
  ///   - blocks: the block's size in the rest modulo 3, the spare blocks in the highest bit.
  @unsafe
  init(_ what: UInt8, _ blocks: UInt8, pieces: Pieces, patch: UnsafeBufferPointer<UInt8>) {
    let inPlace = Windows.InPlace(blockBits: 8 + UInt32(blocks % 3), spareBlocks: 1 + UInt32(blocks >> 7))
    let header = PatchHeader(
      profile: .tiny, emphasis: what & 128 == 0 ? .references : .literals, base: 1, result: 2, inPlace: inPlace)
    self.header = header
    // Kept: an execution is to be short.
    let key = what & 0x80 | (blocks & 0x80) >> 5 | blocks % 3
    flash = Self.flashes[key] ?? Flash(header, inPlace)
    Self.flashes[key] = flash
    base = Bases[what & 15]
    (self.pieces, unsafe self.patch) = (pieces, unsafe patch)
  }

  /// Begins the patch on a new base, until the power goes.
  func begin(cutAt: Int = 0) -> Outcome {
    flash.fill(base)
    flash.restart(cutAt: cutAt)
    return apply(isResumed: false)
  }

  /// Goes on where the journal says, if need be twice.
  func resume(cutAt: Int) -> Outcome {
    flash.restart(cutAt: cutAt)
    let outcome = apply(isResumed: true)
    if outcome != .cut { return outcome }
    flash.restart(cutAt: 0)
    return apply(isResumed: true)
  }

  private func apply(isResumed: Bool) -> Outcome {
    guard var journal = PatchJournal(header, flash: flash) else { fatalError("the header is one for in place") }
    let workspace = unsafe Self.workspaces[header]
    let base = SlotBase(flash, count: base.count)
    let state = isResumed ? journal.recover() : nil
    if state == nil { journal.clear() }
    if flash.hasFailed { return .cut }
    let output = SlotOutput(journal, oldSize: base.count)
    guard let state else {
      return push(
        unsafe Applier(header, base: base, output: output, maximum: UInt32(Flash.slotBytes), workspace: workspace))
    }
    let resumed = unsafe Applier(
      header, resuming: state, base: base, output: output, maximum: UInt32(Flash.slotBytes), workspace: workspace)
    guard let resumed else { return .failed(.unknownFormat) }
    return push(resumed)
  }

  private func push(_ applier: consuming Applier<SlotBase<Flash>, SlotOutput<Flash>>) -> Outcome {
    var pieces = pieces
    let place = min(applier.offset - UInt64(header.byteCount), UInt64(patch.count))
    do throws(PatchError) {
      try unsafe pieces.forEach(of: patch.extracting(Int(place)...)) { piece throws(PatchError) in
        // Without power nothing that was read means anything, so a device stops.
        if !flash.hasFailed { try applier.push(piece) }
      }
      if !flash.hasFailed { try applier.finish() }
    } catch {
      return flash.hasFailed ? .cut : .failed(error.reason)
    }
    require(flash.hasFailed || applier.resultSize <= Flash.slotBytes, "the result fits the slot")
    return flash.hasFailed ? .cut : .done(applier.resultSize)
  }
}
