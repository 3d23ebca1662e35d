import AsvinFixtures
import Testing

@testable import AsvinPatch
@testable import AsvinPatchBuilder

/// What is taken up from flash after a power cut.
@Suite("The state that a patch in place goes on with")
struct ResumedStateTests {
  @Test("Of two checkpoints that are whole, the newer one counts, in whichever half it is", arguments: 1...4)
  func newest(count: Int) throws {
    let header = try PatchHeader(CheckpointTests.patch().span)
    let flash = OpenFlash()
    let journal = PatchJournal(header, flash: OpenHandle(flash: flash))
    var writing = try #require(journal)
    writing.clear()
    for number in 1...count {
      let state = [UInt8](repeating: UInt8(number), count: header.workspaceBytes)
      unsafe writing.write(0..<2048, state: state.span.bytes)
    }
    let again = PatchJournal(header, flash: OpenHandle(flash: flash))
    var reading = try #require(again)
    let found = reading.recover()
    #expect(try #require(found).byte(at: 0) == UInt8(count))
  }

  @Test("Its map leads nowhere outside the workspace, whatever the flash holds")
  func map() throws {
    let header = try PatchHeader(CheckpointTests.patch().span)
    let (bytes, distance) = (header.workspaceBytes, Int(UInt16.max) * MemoryLayout<Cover>.stride)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes + distance + 1024, alignment: 8)
    defer { unsafe memory.deallocate() }
    // Behind the workspace stands something else, which an entry of 0xFFFF would be taken from.
    for index in memory.indices { unsafe memory[index] = UInt8(truncatingIfNeeded: index % 4 == 0 ? index / 4 % 7 : 0) }
    let codec = unsafe PatchCodec(
      header.tables, base: KnownBytes(bytes: CheckpointTests.old), output: GrowingResult(), coder: RangeDecoder(),
      workspace: UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes]))
    codec.resume(KnownBytes(bytes: [UInt8](repeating: 0xFF, count: bytes)))
    // All covers within are the same: their shift is 0.
    for offset in [0, 1, 1000, UInt32.max] {
      let projected = codec.map.projected(offset)
      #expect(projected == offset)
    }
  }
}
