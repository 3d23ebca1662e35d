import AsvinPatch
import AsvinPatchBuilder
import AsvinPatchHost
import AsvinFixtures
import Testing

@Suite("Patches in place")
struct InPlaceTests {
  static let block = Windows.InPlace(blockBits: 10, spareBlocks: 2)

  @Test(arguments: RoundTripTests.pairs)
  func `A patch in place gives the new image back, whatever the pair and the profile`(pair: RoundTripTests.Pair) throws
  {
    for profile in [Profile.standard, .tiny] {
      for spare in UInt32(1)...2 {
        let inPlace = Windows.InPlace(blockBits: 9 + spare, spareBlocks: spare)
        let patch = try PatchBuilder.patch(
          from: pair.old, to: pair.new, profile: profile, set: InstructionSet.none, inPlace: inPlace)
        #expect(try ImagePatch.apply(patch.bytes, to: pair.old, maximum: 1 << 24) == pair.new, "\(profile) \(spare)")
      }
    }
  }

  @Test(
    .needsShared("corpus"),
    arguments: ["programmer-0.8-0.9", "avr-grbl-0.9i-0.9j"])
  func `Real firmware is written over itself`(name: String) throws {
    let (old, new) = try (Shared.bytes("corpus/\(name)/old.bin"), Shared.bytes("corpus/\(name)/new.bin"))
    let patch = try PatchBuilder.patch(from: old, to: new, profile: .standard, inPlace: Self.block)
    let beside = try PatchBuilder.patch(from: old, to: new, profile: .standard)
    #expect(try ImagePatch.apply(patch.bytes, to: old, maximum: 1 << 24) == new)
    #expect(patch.bytes.count < beside.bytes.count * 5 / 4)
  }

  @Test(.needsShared("corpus"))
  func `Wherever the power is cut, and cut again, the old image becomes the new one`() throws {
    let name = "programmer-0.8-0.9"
    let (old, new) = try (Shared.bytes("corpus/\(name)/old.bin"), Shared.bytes("corpus/\(name)/new.bin"))
    let patch = try PatchBuilder.patch(from: old, to: new, profile: .tiny, inPlace: Self.block).bytes
    let header = try PatchHeader(patch.span)
    func flash() -> SimulatedFlash { SimulatedFlash(slot: old, header: header, inPlace: Self.block) }
    let whole = flash()
    _ = try InPlaceRun.apply(patch, on: whole, oldSize: UInt32(old.count), isResumed: false, maximum: 1 << 24)
    #expect(whole.operations > 100)
    for cut in 1...whole.operations {
      let flash = flash()
      flash.cutAt = cut
      var size = try InPlaceRun.apply(patch, on: flash, oldSize: UInt32(old.count), isResumed: false, maximum: 1 << 24)
      // A second cut soon after the first finds what going on does.
      for again in [5, 40] where size == nil {
        flash.restart()
        flash.cutAt = flash.operations + again
        size = try InPlaceRun.apply(patch, on: flash, oldSize: UInt32(old.count), isResumed: true, maximum: 1 << 24)
      }
      if size == nil {
        flash.restart()
        size = try InPlaceRun.apply(patch, on: flash, oldSize: UInt32(old.count), isResumed: true, maximum: 1 << 24)
      }
      #expect(flash.violation == nil, "cut \(cut)")
      #expect(size == UInt32(new.count), "cut \(cut)")
      let isNew = Array(flash.slot[..<new.count]) == new
      #expect(isNew, "cut \(cut)")
    }
  }

  @Test func `What is appended to an image of x86, and called from it, comes out in place`() throws {
    var numbers = SeededGenerator(seed: 31)
    let old = numbers.bytes(20_000)
    var new = old + numbers.bytes(12_000)
    for place in stride(from: 64, to: 19_000, by: 300) {
      let distance = UInt32(20_000 + place % 9000 - place - 5)
      new[place] = 0xE8
      for index in 0..<4 { new[place + 1 + index] = UInt8(truncatingIfNeeded: distance >> UInt32(8 * index)) }
    }
    let patch = try PatchBuilder.patch(from: old, to: new, profile: .tiny, set: .x86, inPlace: Self.block)
    #expect(patch.set == .x86)
    #expect(try ImagePatch.apply(patch.bytes, to: old, maximum: 1 << 24) == new)
  }

  @Test func `A block of the slot is erased once, a spare one once for each window`() throws {
    let pair = try #require(RoundTripTests.pairs.first { $0.testDescription == "single bytes changed" })
    let patch = try PatchBuilder.patch(
      from: pair.old, to: pair.new, profile: .tiny, set: InstructionSet.none, inPlace: Self.block)
    let wear = try #require(patch.wear)
    #expect(wear.spareErasures == 10)
    #expect(wear.checkpointErasures <= 6)
    // Two states, each in complete erase blocks.
    let half = Tables(.tiny, .references, isInPlace: true).bytes + 32
    #expect(wear.checkpointBytes == 2 * ((half + 1023) / 1024 * 1024))
  }

  @Test func `Every changed byte of a patch in place is an error or another result, never a trap`() throws {
    let old = HostilePatchTests.old
    let patch = try PatchBuilder.patch(from: old, to: HostilePatchTests.new, profile: .tiny, inPlace: Self.block).bytes
    for index in patch.indices {
      for change in [UInt8(1), 0x10, 0x80, 0xFF] {
        var changed = patch
        changed[index] ^= change
        let result = try? ImagePatch.apply(changed, to: old, maximum: 1 << 24)  // an error is what is expected
        #expect(result == nil || result == HostilePatchTests.new, "\(index)")
      }
    }
  }
}
