import AsvinPatch

// A firmware with two slots: the base is in the memory map, the result goes to the other slot, and the patch arrives in
// pieces.

@safe
struct MappedBase: ByteStore {
  let count: UInt32
  func byte(at offset: UInt32) -> UInt8 { unsafe mapped(MAP_OLD)[Int(truncatingIfNeeded: offset)] }
}

@safe
struct OtherSlot: PatchOutput {
  private(set) var count: UInt32 = 0
  func byte(at offset: UInt32) -> UInt8 { unsafe mapped(MAP_SLOT)[Int(truncatingIfNeeded: offset)] }
  mutating func append(_ byte: UInt8) {
    unsafe mapped(MAP_SLOT)[Int(truncatingIfNeeded: count)] = byte
    count &+= 1
  }
  func open(_ window: Range<UInt32>) {}
  func commit(_ window: Range<UInt32>, state: RawSpan) {}
}

/// Applies the patch to the other slot.
@_cdecl("bench_apply")
public func benchApply(_ job: UnsafeMutablePointer<Job>) -> UInt32 {
  typealias DeviceApplier = Applier<MappedBase, OtherSlot>
  let patch = unsafe UnsafeBufferPointer(start: mapped(MAP_PATCH), count: Int(job.pointee.patchCount)).span
  do throws(PatchError) {
    let header = try PatchHeader(patch)
    let room = header.workspaceBytes
    unsafe job.pointee.workspaceBytes = UInt32(room)
    unsafe job.pointee.applierBytes = UInt32(MemoryLayout<DeviceApplier>.size)
    guard unsafe room <= Int(job.pointee.workspaceRoom) else { return UInt32(PATCH_REFUSED) }
    let memory = unsafe UnsafeMutableRawBufferPointer(start: job.pointee.workspace, count: room)
    var applier = unsafe DeviceApplier(
      header, base: MappedBase(count: job.pointee.oldCount), output: OtherSlot(), maximum: UInt32(MAP_ROOM),
      workspace: memory)
    try push(patch, to: &applier)
    unsafe job.pointee.resultBytes = applier.resultSize
    return UInt32(PATCH_APPLIED)
  } catch {
    unsafe job.pointee.failedAt = UInt32(truncatingIfNeeded: error.offset)
    return UInt32(PATCH_REFUSED)
  }
}
