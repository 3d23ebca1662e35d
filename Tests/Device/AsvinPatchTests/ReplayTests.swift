import AsvinPatch
import AsvinFixtures
import Testing

@testable import AsvinPatchBuilder
@testable import AsvinPatchHost

@Suite("Patches to another slot")
struct ReplayTests {
  /// A slot in flash that loses its power when so many bytes are written.
  final class Slot {
    var bytes: [UInt8] = []
    var cutAt = Int.max
    var writes = 0
  }

  struct SlotOutput: PatchOutput {
    let slot: Slot
    var count: UInt32 { UInt32(slot.bytes.count) }
    func byte(at offset: UInt32) -> UInt8 { slot.bytes[Int(offset)] }
    mutating func append(_ byte: UInt8) {
      slot.bytes.append(byte)
      slot.writes += 1
    }
    func open(_ window: Range<UInt32>) {}
    func commit(_ window: Range<UInt32>, state: RawSpan) {}
  }

  typealias Replayed = Applier<KnownBytes, ReplayedOutput<SlotOutput>>

  /// Applies a patch in small pieces until it is whole or the power goes.
  static func apply(_ patch: [UInt8], to old: [UInt8], _ slot: Slot) throws {
    let header = try PatchHeader(patch.span)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    var applier = unsafe Replayed(
      header, base: KnownBytes(bytes: old),
      output: ReplayedOutput(SlotOutput(slot: slot), written: UInt32(slot.bytes.count)), maximum: 1 << 24,
      workspace: memory)
    var place = header.byteCount
    while place < patch.count, slot.writes < slot.cutAt {
      let end = min(place + 7, patch.count)
      try applier.push(patch.span.extracting(place..<end))
      place = end
    }
    if place == patch.count, slot.writes < slot.cutAt { try applier.finish() }
  }

  @Test("After a power cut in any block the patch is replayed, and no block is written twice", .needsShared("corpus"))
  func powerCuts() throws {
    let name = "riscv32-moondancer-0.2.3-0.2.4", block = 1024
    let (old, new) = try (Shared.bytes("corpus/\(name)/old.bin"), Shared.bytes("corpus/\(name)/new.bin"))
    for profile in [Profile.standard, .tiny] {
      let patch = try PatchBuilder.patch(from: old, to: new, profile: profile).bytes
      for cut in stride(from: block / 2, to: new.count, by: block) {
        let slot = Slot()
        slot.cutAt = cut
        try Self.apply(patch, to: old, slot)
        #expect(slot.writes >= cut)
        // The block that was being written is erased.
        slot.bytes.removeLast(slot.bytes.count % block)
        let kept = slot.bytes.count
        (slot.cutAt, slot.writes) = (.max, 0)
        try Self.apply(patch, to: old, slot)
        let isNew = slot.bytes == new
        #expect(isNew, "cut at \(cut)")
        #expect(slot.writes == new.count - kept)
      }
    }
  }
}
