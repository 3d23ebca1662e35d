import Testing

@testable import AsvinPatch
@testable import AsvinPatchHost

/// What is read from flash after a loss of power.
@Suite("The state that a patch in place resumes from")
struct ResumedStateTests {
  /// Memory whose first bytes are a workspace. An entry of 0xFFFF would lead to other bytes of it.
  @unsafe
  static func memory(_ bytes: Int) -> UnsafeMutableRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bytes + Int(UInt16.max) * MemoryLayout<Cover>.stride + 1024, alignment: 8)
    for index in memory.indices { unsafe memory[index] = UInt8(truncatingIfNeeded: index % 4 == 0 ? index / 4 % 7 : 0) }
    return unsafe memory
  }

  @Test func `The entries of a map that came from flash lead nowhere outside it`() {
    let bytes = AddressMap.bytes(10)
    let memory = unsafe Self.memory(bytes)
    defer { unsafe memory.deallocate() }
    var workspace = unsafe PatchWorkspace(UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes]))
    let map = AddressMap(capacity: 10, in: &workspace)
    for index in 0..<bytes { unsafe memory[index] = 0xFF }
    map.checkEntries()
    // All covers within are the same: their shift is 0.
    for offset in [0, 1, 1000, UInt32.max] { #expect(map.projected(offset) == offset) }
  }

  @Test func `Its map leads nowhere outside the workspace, whatever the flash holds`() {
    let header = PatchHeader(
      profile: .tiny, base: 1, result: 2, inPlace: Windows.InPlace(blockBits: 10, spareBlocks: 2))
    let bytes = header.workspaceBytes
    let memory = unsafe Self.memory(bytes)
    defer { unsafe memory.deallocate() }
    let codec = unsafe PatchCodec(
      header.tables, base: KnownBytes(bytes: HostilePatchTests.old), output: GrowingResult(), coder: RangeDecoder(),
      workspace: UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes]))
    codec.resume(KnownBytes(bytes: [UInt8](repeating: 0xFF, count: bytes)))
    // All covers within are the same: their shift is 0.
    for offset in [0, 1, 1000, UInt32.max] {
      let projected = codec.map.projected(offset)
      #expect(projected == offset)
    }
  }
}
