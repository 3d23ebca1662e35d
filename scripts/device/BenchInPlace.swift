import AsvinPatch

// A firmware with one slot: the result is written over the base, and goes on where the power was cut.

struct MappedFlash: PatchFlash {
  var blockBytes: UInt32 { 4096 }
  func capacity(_ area: FlashArea) -> UInt32 { UInt32(MAP_ROOM) }
  func byte(_ area: FlashArea, at offset: UInt32) -> UInt8 { unsafe place(area, offset).pointee }
  func erase(_ area: FlashArea, at offset: UInt32) { unsafe flash_erase(place(area, offset)) }
  func write(_ area: FlashArea, at offset: UInt32, _ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe flash_write(place(area, offset), bytes.baseAddress, UInt32(bytes.count))
    }
  }
  var hasFailed: Bool { flash_has_failed() }

  @inline(__always)
  private func place(_ area: FlashArea, _ offset: UInt32) -> UnsafeMutablePointer<UInt8> {
    let start =
      switch area {
      case .slot: MAP_SLOT
      case .spare: MAP_SPARE
      case .checkpoint: MAP_CHECKPOINT
      }
    return unsafe mapped(start) + Int(truncatingIfNeeded: offset)
  }
}

/// Applies the patch in the slot, or goes on.
@_cdecl("bench_apply")
public func benchApply(_ job: UnsafeMutablePointer<Job>) -> UInt32 {
  typealias DeviceApplier = Applier<SlotBase<MappedFlash>, SlotOutput<MappedFlash>>
  let patch = unsafe UnsafeBufferPointer(start: mapped(MAP_PATCH), count: Int(job.pointee.patchCount)).span
  let oldCount = unsafe job.pointee.oldCount
  do throws(PatchError) {
    let header = try PatchHeader(patch)
    let room = header.workspaceBytes
    unsafe job.pointee.workspaceBytes = UInt32(room)
    unsafe job.pointee.applierBytes = UInt32(MemoryLayout<DeviceApplier>.size)
    guard unsafe room <= Int(job.pointee.workspaceRoom), var journal = PatchJournal(header, flash: MappedFlash()) else {
      return UInt32(PATCH_REFUSED)
    }
    let memory = unsafe UnsafeMutableRawBufferPointer(start: job.pointee.workspace, count: room)
    let base = SlotBase(MappedFlash(), count: oldCount)
    let state = unsafe job.pointee.isResumed ? journal.recover() : nil
    if state == nil { journal.clear() }
    let output = SlotOutput(journal, oldSize: oldCount)
    var applier: DeviceApplier
    if let state {
      guard
        let resumed = unsafe DeviceApplier(
          header, resuming: state, base: base, output: output, maximum: UInt32(MAP_ROOM), workspace: memory)
      else { return UInt32(PATCH_REFUSED) }
      applier = resumed
    } else {
      applier = unsafe DeviceApplier(
        header, base: base, output: output, maximum: UInt32(MAP_ROOM), workspace: memory)
    }
    try push(patch, to: &applier) { !flash_has_failed() }
    unsafe job.pointee.resultBytes = applier.resultSize
    return UInt32(flash_has_failed() ? PATCH_CUT : PATCH_APPLIED)
  } catch {
    unsafe job.pointee.failedAt = UInt32(truncatingIfNeeded: error.offset)
    // Without power nothing that was read means anything.
    return UInt32(flash_has_failed() ? PATCH_CUT : PATCH_REFUSED)
  }
}
