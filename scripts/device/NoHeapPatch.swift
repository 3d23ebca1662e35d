import AsvinPatch

// A firmware that applies patches: flash that can be read at any place, and a place for the result. It is linked and
// never run, to prove that nothing on this path allocates and to measure its size.

@_silgen_name("device_read") func deviceRead(_ slot: UInt32, _ offset: UInt32) -> UInt8
@_silgen_name("device_write") func deviceWrite(_ offset: UInt32, _ byte: UInt8)

struct DeviceBase: ByteStore {
  let count: UInt32
  func byte(at offset: UInt32) -> UInt8 { deviceRead(0, offset) }
}

struct DeviceSlot: PatchOutput {
  private(set) var count: UInt32 = 0
  func byte(at offset: UInt32) -> UInt8 { deviceRead(1, offset) }
  mutating func append(_ byte: UInt8) {
    deviceWrite(count, byte)
    count &+= 1
  }
  func open(_ window: Range<UInt32>) {}
  func commit(_ window: Range<UInt32>, state: RawSpan) {}
}

@_cdecl("apply_patch")
public func applyPatch(
  _ patch: UnsafePointer<UInt8>, _ count: Int, _ baseCount: UInt32, _ workspace: UnsafeMutableRawPointer, _ room: Int
) -> UInt8 {
  let bytes = unsafe UnsafeBufferPointer(start: patch, count: count).span
  do {
    let header = try PatchHeader(bytes)
    let memory = unsafe UnsafeMutableRawBufferPointer(start: workspace, count: room)
    guard room >= header.workspaceBytes else { return 1 }
    var applier = unsafe Applier(
      header, base: DeviceBase(count: baseCount), output: DeviceSlot(), maximum: 1 << 20, workspace: memory)
    try applier.push(bytes.extracting(droppingFirst: header.byteCount))
    try applier.finish()
    return 0
  } catch {
    return 2
  }
}
