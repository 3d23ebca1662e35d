import AsvinPatch
import AsvinPatchBuilder
import AsvinPatchHost
import Testing

@testable import AsvinInstaller

/// A checkpoint comes from flash: a loss of power may have left any byte of it unwritten, and it may be another patch's.
@Suite("Checkpoints of patches in place")
struct CheckpointTests {
  static let inPlace = Windows.InPlace(blockBits: 10, spareBlocks: 2)
  static let old = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
  static let new = Array("what is new ".utf8) + old[100..<1500] + old[1600...] + old[..<90]
  static let header = PatchHeader(profile: .tiny, base: 1, result: 2, inPlace: inPlace)
  /// The first bytes of the first link.
  static let link: UInt32 = 0x1234_5678

  /// A state that ends the first window, and is not all zeros, which could be mistaken for anything.
  static func state(_ seed: Int = 11) -> [UInt8] {
    [0, 0, 0, 0, 0, 8, 0, 0] + (8..<header.workspaceBytes).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ seed) }
  }

  /// Flash with a checkpoint after the first window.
  static func begun() throws -> OpenFlash {
    let flash = OpenFlash()
    var writing = try #require(PatchJournal(header, on: flash.regions, patch: link))
    writing.clear()
    let state = state()
    unsafe writing.write(0..<2048, state: state.span.bytes)
    return flash
  }

  /// Where the checkpoint of the first window is: in the second half.
  static let start = 1 << 15
  static let count = Int(PatchJournal<OpenRegion>.halfBytes(header))

  static func recovers(_ flash: OpenFlash, _ patch: UInt32 = link) -> Bool {
    PatchJournal(recovering: patch, on: flash.regions)?.recover() != nil
  }

  @Test(arguments: [UInt8(0x01), 0x80, 0xFF])
  func `A checkpoint with a changed byte anywhere is not a checkpoint`(mask: UInt8) throws {
    let flash = try Self.begun()
    #expect(Self.recovers(flash))
    let intact = flash.areas
    // All bytes before and after the state, and the state in steps.
    for place in Array(0..<28) + Array(stride(from: 28, to: Self.count, by: 97)) + Array(Self.count - 8..<Self.count) {
      flash.areas[2][Self.start + place] ^= mask
      #expect(!Self.recovers(flash), "byte \(place)")
      flash.areas = intact
    }
  }

  @Test(arguments: 1...32)
  func `A checkpoint whose last bytes were not written is not a checkpoint`(missing: Int) throws {
    let flash = try Self.begun()
    let end = Self.start + Self.count
    var isDifferent = false
    for place in end - missing..<end {
      isDifferent = isDifferent || flash.areas[2][place] != 0xFF
      flash.areas[2][place] = 0xFF
    }
    #expect(Self.recovers(flash) == !isDifferent)
  }

  @Test func `The checkpoint of another patch does not count`() throws {
    let flash = try Self.begun()
    for bit in 0..<32 { #expect(!Self.recovers(flash, Self.link ^ 1 << UInt32(bit))) }
  }

  @Test(arguments: 1...4)
  func `Of two intact checkpoints the newer one counts, in whichever half it is`(count: Int) throws {
    let flash = OpenFlash()
    var writing = try #require(PatchJournal(Self.header, on: flash.regions, patch: Self.link))
    writing.clear()
    for number in 1...count {
      let state = Self.state(number)
      unsafe writing.write(0..<2048, state: state.span.bytes)
    }
    let reading = try #require(PatchJournal(recovering: Self.link, on: flash.regions))
    let found = try #require(reading.recover())
    #expect(found.byte(at: 8) == Self.state(count)[8])
  }

  @Test
  func `A window outside the slot, inside an erase block or of more blocks than the spare ones is not restored`() throws
  {
    for (start, end) in [(1, 1024), (0, 2049), (0xFC00, 0x1_0001), (0, .max)] as [(UInt32, UInt32)] {
      let flash = OpenFlash()
      var writing = try #require(PatchJournal(Self.header, on: flash.regions, patch: Self.link))
      writing.clear()
      let window = [start, end].flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
      let state = window + Self.state()[8...]
      unsafe writing.write(0..<2048, state: state.span.bytes)
      let slot = flash.areas[0]
      #expect(!Self.recovers(flash), "\(start)..<\(end)")
      #expect(flash.areas[0] == slot)
    }
  }

  @Test func `A state of other images is refused: another base's size, or a result that is too large`() throws {
    let bytes = try PatchBuilder.patch(
      from: Self.old, to: Self.new, profile: .tiny, set: InstructionSet.none, inPlace: Self.inPlace
    ).bytes
    let header = try PatchHeader(bytes.span)
    func applied(cutAt cut: Int?) throws -> (flash: SimulatedFlash, size: UInt32?) {
      let flash = SimulatedFlash(slot: Self.old, header: header, inPlace: Self.inPlace)
      flash.cutAt = cut
      let size = try InPlaceRun.apply(
        bytes, on: flash, oldSize: UInt32(Self.old.count), isResumed: false, maximum: 1 << 24)
      return (flash, size)
    }
    // Far enough that one window is committed and another one follows.
    let whole = try applied(cutAt: nil).flash
    let (flash, size) = try applied(cutAt: whole.operations * 3 / 4)
    #expect(size == nil)
    flash.restart()
    for (oldSize, maximum) in [
      (Self.old.count + 1, 1 << 24), (Self.old.count - 1, 1 << 24), (Self.old.count, Self.new.count - 1),
    ] {
      #expect(throws: PatchError.self) { try Self.resumed(bytes, flash, UInt32(oldSize), UInt32(maximum)) }
    }
    #expect(throws: Never.self) {
      try Self.resumed(bytes, flash, UInt32(Self.old.count), UInt32(Self.new.count))
    }
  }

  /// Resumes a patch from its checkpoint, and applies the rest of it.
  static func resumed(_ bytes: [UInt8], _ flash: SimulatedFlash, _ oldSize: UInt32, _ maximum: UInt32) throws {
    let reading = try #require(PatchJournal(recovering: 0, on: flash.regions))
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: reading.header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    let state = try #require(reading.recover())
    let resumed = unsafe Applier(
      reading.header, resuming: state, base: RegionBytes(flash.regions.slot, count: oldSize),
      output: SlotOutput(reading, oldSize: oldSize), maximum: maximum, workspace: memory)
    guard var applier = resumed else { throw PatchError(.unknownFormat, at: 0) }
    let place = Int(applier.offset)
    do throws(PatchError) {
      try applier.push(bytes.span.extracting(droppingFirst: place))
      try applier.finish()
    } catch {
      #expect(error.reason == .wrongBase)
      throw error
    }
  }
}
