import AsvinPatchBuilder
import AsvinPatchHost
import AsvinFixtures
import Testing

@testable import AsvinPatch

/// A checkpoint comes from flash: a cut may have torn any byte of it, and another patch may have left it.
@Suite("Checkpoints of patches in place")
struct CheckpointTests {
  static let inPlace = Windows.InPlace(blockBits: 10, spareBlocks: 2)
  static let (old, new) = (HostilePatchTests.old, HostilePatchTests.new)

  static func patch() throws -> [UInt8] {
    try PatchBuilder.patch(from: old, to: new, profile: .tiny, set: InstructionSet.none, inPlace: inPlace).bytes
  }

  /// The header of a patch, and flash with a checkpoint of its first window.
  static func begun(_ header: PatchHeader) throws -> OpenFlash {
    let flash = OpenFlash()
    let journal = PatchJournal(header, flash: OpenHandle(flash: flash))
    var writing = try #require(journal)
    writing.clear()
    // Apart from zeros, which could be taken for anything.
    let state = (0..<header.workspaceBytes).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    unsafe writing.write(0..<2048, state: state.span.bytes)
    return flash
  }

  /// Where the checkpoint of the first window is: the second half.
  static func start(_ header: PatchHeader) -> Int {
    (Int(PatchJournal<OpenHandle>.halfBytes(header)) + 1023) / 1024 * 1024
  }

  static func recovers(_ header: PatchHeader, _ flash: OpenFlash) throws -> Bool {
    let journal = PatchJournal(header, flash: OpenHandle(flash: flash))
    var reading = try #require(journal)
    return reading.recover() != nil
  }

  @Test("A checkpoint with a changed byte anywhere is none", arguments: [UInt8(0x01), 0x80, 0xFF])
  func everyByte(mask: UInt8) throws {
    let header = try PatchHeader(Self.patch().span)
    let flash = try Self.begun(header)
    #expect(try Self.recovers(header, flash))
    let (start, count) = (Self.start(header), Int(PatchJournal<OpenHandle>.halfBytes(header)))
    let whole = flash.areas
    // All of the trailer, and the workspace in steps.
    let places = Array(stride(from: 0, to: header.workspaceBytes, by: 97)) + Array(header.workspaceBytes..<count)
    for place in places {
      flash.areas[2][start + place] ^= mask
      #expect(try !Self.recovers(header, flash), "byte \(place)")
      flash.areas = whole
    }
  }

  @Test("A checkpoint whose last bytes were not written is none", arguments: 1...32)
  func torn(missing: Int) throws {
    let header = try PatchHeader(Self.patch().span)
    let flash = try Self.begun(header)
    let end = Self.start(header) + Int(PatchJournal<OpenHandle>.halfBytes(header))
    var isDifferent = false
    for place in end - missing..<end {
      isDifferent = isDifferent || flash.areas[2][place] != 0xFF
      flash.areas[2][place] = 0xFF
    }
    #expect(try Self.recovers(header, flash) == !isDifferent)
  }

  @Test("The checkpoint of another patch is none: another base, or another result")
  func otherPatch() throws {
    let header = try PatchHeader(Self.patch().span)
    let flash = try Self.begun(header)
    for (base, result) in [(header.base ^ 1, header.result), (header.base, header.result ^ 1)] {
      let other = PatchHeader(
        profile: header.profile, emphasis: header.emphasis, base: base, result: result, inPlace: header.inPlace)
      #expect(try !Self.recovers(other, flash))
    }
  }

  @Test("A state of other images is refused: another base's size, or a result that is too large")
  func otherImages() throws {
    let bytes = try Self.patch()
    let header = try PatchHeader(bytes.span)
    func applied(cutAt cut: Int?) throws -> (flash: SimulatedFlash, size: UInt32?) {
      let flash = SimulatedFlash(slot: Self.old, header: header, inPlace: Self.inPlace)
      flash.cutAt = cut
      let size = try InPlaceRun.apply(
        bytes, on: flash, oldSize: UInt32(Self.old.count), isResumed: false, maximum: 1 << 24)
      return (flash, size)
    }
    // Far enough that a window has been committed, and another is to come.
    let whole = try applied(cutAt: nil).flash
    let (flash, size) = try applied(cutAt: whole.operations * 3 / 4)
    #expect(size == nil)
    flash.restart()
    for (oldSize, maximum) in [
      (Self.old.count + 1, 1 << 24), (Self.old.count - 1, 1 << 24), (Self.old.count, Self.new.count - 1),
    ] {
      #expect(throws: PatchError.self) { try Self.resumed(bytes, header, flash, UInt32(oldSize), UInt32(maximum)) }
    }
    #expect(throws: Never.self) {
      try Self.resumed(bytes, header, flash, UInt32(Self.old.count), UInt32(Self.new.count))
    }
  }

  /// Resumes a patch from its checkpoint, and takes the rest of it.
  static func resumed(
    _ bytes: [UInt8], _ header: PatchHeader, _ flash: SimulatedFlash, _ oldSize: UInt32, _ maximum: UInt32
  ) throws {
    let handle = FlashHandle(flash)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    let journal = PatchJournal(header, flash: handle)
    var reading = try #require(journal)
    let found = reading.recover()
    let state = try #require(found)
    let resumed = unsafe Applier(
      header, resuming: state, base: SlotBase(handle, count: oldSize), output: SlotOutput(reading, oldSize: oldSize),
      maximum: maximum, workspace: memory)
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

  @Test("The entries of a map that came from flash lead nowhere outside it")
  func entries() {
    let (capacity, distance) = (10, Int(UInt16.max) * MemoryLayout<Cover>.stride)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: distance + 1024, alignment: 8)
    defer { unsafe memory.deallocate() }
    // Behind the workspace stands something else, which an entry of 0xFFFF would be taken from.
    for index in memory.indices { unsafe memory[index] = UInt8(truncatingIfNeeded: index % 4 == 0 ? index / 4 % 7 : 0) }
    let bytes = AddressMap.bytes(capacity)
    var workspace = unsafe Workspace(UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes]))
    let map = AddressMap(capacity: capacity, in: &workspace)
    for index in 0..<bytes { unsafe memory[index] = 0xFF }
    map.checkEntries()
    // All covers within are the same: their shift is 0.
    for offset in [0, 1, 1000, UInt32.max] { #expect(map.projected(offset) == offset) }
  }
}
