package import AsvinPatch

/// Applies a patch in place as a device does: begins, or goes on where the power was cut.
package enum InPlaceRun {
  /// Applies a patch to what the flash holds.
  ///
  /// - Parameters:
  ///   - isResumed: whether a patch was begun before; what the journal says is then gone on with.
  ///   - maximum: bytes of the result at most.
  /// - Returns: bytes of the result; `nil` when the power was cut.
  package static func apply(
    _ patch: [UInt8], on flash: SimulatedFlash, oldSize: UInt32, isResumed: Bool, maximum: UInt32
  ) throws(PatchError) -> UInt32? {
    let header = try PatchHeader(patch.span)
    let handle = FlashHandle(flash)
    guard var journal = PatchJournal(header, flash: handle) else { throw PatchError(.unknownFormat, at: 1) }
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    let base = SlotBase(handle, count: oldSize)
    let state = isResumed ? journal.recover() : nil
    if state == nil { journal.clear() }
    if flash.hasFailed { return nil }
    let output = SlotOutput(journal, oldSize: oldSize)
    var applier: Applier<SlotBase<FlashHandle>, SlotOutput<FlashHandle>>
    if let state {
      guard
        let resumed = unsafe Applier(
          header, resuming: state, base: base, output: output, maximum: maximum,
          workspace: memory)
      else {
        throw PatchError(.unknownFormat, at: 1)
      }
      applier = resumed
    } else {
      applier = unsafe Applier(
        header, base: base, output: output, maximum: maximum, workspace: memory)
    }
    do throws(PatchError) {
      var place = Int(applier.offset)
      while place < patch.count, !flash.hasFailed {
        let end = min(place + 64, patch.count)
        try applier.push(patch.span.extracting(place..<end))
        place = end
      }
      if !flash.hasFailed { try applier.finish() }
    } catch {
      // Without power nothing that was read means anything.
      if !flash.hasFailed { throw error }
    }
    return flash.hasFailed ? nil : applier.resultSize
  }
}
