/// How an update in place ends.
enum Outcome: Equatable {
  case done(UInt32), failed(PatchError.Reason), cut
}

/// A device that writes a patch over its base. Its profile is tiny, because most of the time goes into the state, which is
/// written and read again for each window, with a CRC.
struct OverwritingDevice {
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
    let inPlace = Windows.InPlace(blockBits: 9 + UInt32(blocks % 3), spareBlocks: 1 + UInt32(blocks >> 7))
    let header = PatchHeader(
      profile: .tiny, emphasis: what & 128 == 0 ? .references : .literals, base: 1, result: 2, inPlace: inPlace)
    self.header = header
    // Kept, so that an execution is short.
    let key = what & 0x80 | (blocks & 0x80) >> 5 | blocks % 3
    flash = Self.flashes[key] ?? Flash(header, inPlace)
    Self.flashes[key] = flash
    base = Bases[what & 15]
    (self.pieces, unsafe self.patch) = (pieces, unsafe patch)
  }

  /// Starts the patch on a new base, until power is lost.
  func begin(cutAt: Int = 0) -> Outcome {
    flash.fill(base)
    flash.restart(cutAt: cutAt)
    return apply(isResumed: false)
  }

  /// Resumes from the checkpoint, if need be twice.
  func resume(cutAt: Int) -> Outcome {
    flash.restart(cutAt: cutAt)
    let outcome = apply(isResumed: true)
    if outcome != .cut { return outcome }
    flash.restart(cutAt: 0)
    return apply(isResumed: true)
  }

  private func apply(isResumed: Bool) -> Outcome {
    let recovered = isResumed ? PatchJournal(recovering: 3, on: flash.regions) : nil
    guard let journal = recovered ?? PatchJournal(header, on: flash.regions, patch: 3) else {
      fatalError("the header is one for in place")
    }
    // A forged checkpoint may have another header, whose workspace is as the device's memory or refused.
    let workspace = unsafe Self.workspaces[header]
    guard unsafe journal.header.workspaceBytes <= workspace.count else { return .failed(.unknownFormat) }
    let base = RegionBytes(flash.regions.slot, count: base.count)
    let state = recovered?.recover()
    if state == nil { journal.clear() }
    if flash.hasFailed { return .cut }
    let output = SlotOutput(journal, oldSize: base.count)
    guard let state else {
      return push(
        unsafe Applier(header, base: base, output: output, maximum: UInt32(Flash.slotBytes), workspace: workspace))
    }
    let resumed = unsafe Applier(
      journal.header, resuming: state, base: base, output: output, maximum: UInt32(Flash.slotBytes),
      workspace: workspace)
    guard let resumed else { return .failed(.unknownFormat) }
    return push(resumed)
  }

  private func push(_ applier: consuming Applier<RegionBytes<FlashArea>, SlotOutput<FlashArea>>) -> Outcome {
    var pieces = pieces
    let place = min(applier.offset - UInt64(header.byteCount), UInt64(patch.count))
    do throws(PatchError) {
      try unsafe pieces.forEach(of: patch.extracting(Int(place)...)) { piece throws(PatchError) in
        // After flash has failed, what is read from it means nothing, so a device stops.
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
