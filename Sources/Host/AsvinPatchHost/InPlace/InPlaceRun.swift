import AsvinInstaller
package import AsvinPatch

/// Applies a patch in place as a device does: starts it, or resumes it after a loss of power.
package enum InPlaceRun {
  /// Applies a patch to what the flash holds.
  ///
  /// - Parameters:
  ///   - isResumed: whether to resume from the checkpoint of a patch that was started before.
  ///   - maximum: the highest number of bytes of the result.
  /// - Returns: bytes of the result, or `nil` when power was lost.
  package static func apply(
    _ patch: [UInt8], on flash: SimulatedFlash, oldSize: UInt32, isResumed: Bool, maximum: UInt32
  ) throws(PatchError) -> UInt32? {
    let header = try PatchHeader(patch.span)
    // 0 identifies the patch, because there is only one here.
    let recovered = isResumed ? PatchJournal(recovering: 0, on: flash.regions) : nil
    guard let journal = recovered ?? PatchJournal(header, on: flash.regions, patch: 0) else {
      throw PatchError(.unknownFormat, at: 1)
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    let base = RegionBytes(flash.regions.slot, count: oldSize)
    let state = recovered?.recover()
    if state == nil { journal.clear() }
    if flash.hasFailed { return nil }
    let output = SlotOutput(journal, oldSize: oldSize)
    var applier: Applier<RegionBytes<FlashHandle>, SlotOutput<FlashHandle>>
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
      // After the flash has failed, the bytes that were read from it are meaningless.
      if !flash.hasFailed { throw error }
    }
    return flash.hasFailed ? nil : applier.resultSize
  }
}
