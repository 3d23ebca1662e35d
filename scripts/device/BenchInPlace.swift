import AsvinInstaller
import AsvinPatch

// A firmware with one slot: the result is written over the base, and is resumed after a loss of power.

@safe
struct MappedRegion: FlashRegion {
  private let start: Int32
  let capacity: UInt64
  init(_ start: Int32, _ capacity: UInt64) { (self.start, self.capacity) = (start, capacity) }

  var blockBytes: UInt32 { 4096 }
  var writeBytes: UInt32 { 1 }
  func byte(_ offset: UInt64) -> UInt8 { unsafe place(offset).pointee }
  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    for index in bytes.indices { unsafe bytes[index] = byte(offset &+ UInt64(UInt32(index))) }
    return true
  }
  func erase(_ offset: UInt64) { unsafe flash_erase(place(offset)) }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe flash_write(place(offset), bytes.baseAddress, UInt32(bytes.count))
    }
  }
  var hasFailed: Bool { flash_has_failed() }

  @inline(__always)
  private func place(_ offset: UInt64) -> UnsafeMutablePointer<UInt8> {
    unsafe mapped(start) + Int(truncatingIfNeeded: offset)
  }
}

/// Applies the patch in the slot, or resumes it.
@_cdecl("bench_apply")
public func benchApply(_ job: UnsafeMutablePointer<Job>) -> UInt32 {
  typealias DeviceApplier = Applier<RegionBytes<MappedRegion>, SlotOutput<MappedRegion>>
  let flash = InPlaceFlash(
    slot: MappedRegion(MAP_SLOT, UInt64(MAP_ROOM)), spare: MappedRegion(MAP_SPARE, 0x10000),
    checkpoint: MappedRegion(MAP_CHECKPOINT, 0xC0000))
  let patch = unsafe UnsafeBufferPointer(start: mapped(MAP_PATCH), count: Int(job.pointee.patchCount)).span
  let oldCount = unsafe job.pointee.oldCount
  do throws(PatchError) {
    let header = try PatchHeader(patch)
    let room = header.workspaceBytes
    unsafe job.pointee.workspaceBytes = UInt32(room)
    unsafe job.pointee.applierBytes = UInt32(MemoryLayout<DeviceApplier>.size)
    let recovered = unsafe job.pointee.isResumed ? PatchJournal(recovering: 0, on: flash) : nil
    guard unsafe room <= Int(job.pointee.workspaceRoom),
      let journal = recovered ?? PatchJournal(header, on: flash, patch: 0)
    else {
      return UInt32(PATCH_REFUSED)
    }
    let memory = unsafe UnsafeMutableRawBufferPointer(start: job.pointee.workspace, count: room)
    let base = RegionBytes(flash.slot, count: oldCount)
    let state = recovered?.recover()
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
    // After flash has failed, what was read from it means nothing.
    return UInt32(flash_has_failed() ? PATCH_CUT : PATCH_REFUSED)
  }
}
