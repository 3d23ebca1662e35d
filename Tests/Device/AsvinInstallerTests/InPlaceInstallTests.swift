import AsvinPatch
import AsvinPatchBuilder
import AsvinPatchHost
import AsvinInstaller
import AsvinVerifier
import Testing

@Suite("Installing in place")
struct InPlaceInstallTests {
  static let old = InstallTests.noise(6000, seed: 21)
  static let new = Array(old[..<1000]) + InstallTests.noise(2500, seed: 22) + Array(old[3500...])
  static let inPlace = Windows.InPlace(blockBits: 9, spareBlocks: 1)

  /// One life of a device. After the first one it resumes where the checkpoint and the journal are.
  static func live(
    _ update: Update, _ plan: InstallPlan, _ flash: SimulatedFlash, _ journal: SimulatedRegion, isResumed: Bool = true
  ) throws(InstallError) -> InstalledComponent {
    try live(update, plan, flash.regions, journal, isResumed: isResumed)
  }

  /// The same, on regions of any kind.
  private static func live<Region: FlashRegion>(
    _ update: Update, _ plan: InstallPlan, _ flash: InPlaceFlash<Region>, _ journal: SimulatedRegion, isResumed: Bool
  ) throws(InstallError) -> InstalledComponent {
    typealias Patching = InPlacePatch<Region>
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: plan.blockBytes, alignment: 8)
    let workspace = UnsafeMutableRawBufferPointer.allocate(byteCount: update.memory, alignment: 8)
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: Patching.roomBytes, alignment: 8)
    defer {
      unsafe block.deallocate()
      unsafe workspace.deallocate()
      unsafe room.deallocate()
    }
    var patching = unsafe Patching(plan, on: flash, memory: workspace, room: room)
    if isResumed { _ = patching.resume() }
    // All three regions have one power supply.
    if flash.slot.hasFailed { throw InstallError(.flashFailed, at: 0) }
    var installer = try unsafe Installer(
      plan, into: flash.slot, journal: journal, hash: Board.Hash.self, patching: patching, memory: block)
    return try Board.run(&installer, update.stream, 100)
  }

  @Test(arguments: zip([0, 8, 32], [129, 100, 254]))
  func `Wherever the power is cut, the old image becomes the new one`(word: Int, part: Int) throws {
    let update = try Update(from: Self.old, to: Self.new, inPlace: Self.inPlace)
    let plan = try update.plan(installed: Self.old)
    let bytes = Array(update.stream[..<12])
    let header = try PatchHeader(bytes.span)
    var operations = (flash: 0, journal: 0)
    func run(flashCut: Int?, journalCut: Int?) throws {
      let flash = SimulatedFlash(slot: Self.old, header: header, inPlace: Self.inPlace)
      (flash.word, flash.part) = (word, part)
      let power = Power(FlashFlavour(word: word, part: part))
      let journal = SimulatedRegion(power, blocks: 2, blockBytes: 4096)
      (flash.cutAt, power.cutAt) = (flashCut, journalCut)
      var lives = 0
      while true {
        lives += 1
        try #require(lives < 4)
        do throws(InstallError) {
          _ = try Self.live(update, plan, flash, journal, isResumed: lives > 1)
          break
        } catch {
          #expect(error.reason == .flashFailed)
          flash.restart()
          power.restart()
        }
      }
      #expect(Array(flash.slot[..<Self.new.count]) == Self.new)
      #expect(flash.violation == nil && power.violation == nil)
      if flashCut == nil, journalCut == nil { operations = (flash.operations, power.operations) }
    }
    try run(flashCut: nil, journalCut: nil)
    #expect(operations.flash > 100 && operations.journal > 1)
    // One of each three, so that the flavours together meet every one.
    for cut in stride(from: 1 + part % 3, through: operations.flash, by: 3) { try run(flashCut: cut, journalCut: nil) }
    for cut in 1...operations.journal { try run(flashCut: nil, journalCut: cut) }
  }

  /// An update that must be refused before anything is erased; the reason.
  private static func refusal(
    _ inPlace: Windows.InPlace = inPlace, on own: Windows.InPlace = inPlace,
    change: (SimulatedFlash) -> Void = { _ in }
  ) throws -> Reason? {
    let update = try Update(from: old, to: new, inPlace: inPlace)
    let plan = try update.plan(installed: old)
    // The areas are those of the device, not of the patch.
    let own = PatchHeader(profile: .tiny, base: 0, result: 0, inPlace: own)
    guard let areas = own.inPlace else { return nil }
    let flash = SimulatedFlash(slot: old, header: own, inPlace: areas)
    change(flash)
    let before = flash.slot
    let reason = InstallTests.reason {
      _ = try live(update, plan, flash, SimulatedRegion(Power(), blocks: 2, blockBytes: 4096))
    }
    #expect(flash.operations == 0 && flash.slot == before && flash.violation == nil)
    return reason
  }

  @Test func `A base that differs in one bit is refused before the only image is erased, each time`() throws {
    for offset in [0, 3000, 5999] {
      #expect(try Self.refusal { $0.flip(offset) } == .baseDigestMismatch)
    }
  }

  @Test
  func `A patch for other erase blocks, or for more spare ones, is refused before anything is erased`() throws {
    let small = Windows.InPlace(blockBits: 9, spareBlocks: 1)
    for patch in [
      Windows.InPlace(blockBits: 12, spareBlocks: 2), Windows.InPlace(blockBits: 9, spareBlocks: 2),
      Windows.InPlace(blockBits: 10, spareBlocks: 1),
    ] {
      #expect(try Self.refusal(patch, on: small) == .flashGeometryMismatch, "\(patch)")
    }
    #expect(try Self.refusal { $0.slotRoom = 5900 } == .imageTooLarge)
  }

  @Test(arguments: 0..<3)
  func `A region with other erase blocks than the patch is refused before anything is erased`(odd: Int) throws {
    let update = try Update(from: Self.old, to: Self.new, inPlace: Self.inPlace)
    let plan = try update.plan(installed: Self.old)
    let bytes = Array(update.stream[..<12])
    let half = Int(PatchJournal<SimulatedRegion>.halfBytes(try PatchHeader(bytes.span)))
    let power = Power()
    func region(_ number: Int, _ count: Int, holding bytes: [UInt8] = []) -> SimulatedRegion {
      let blockBytes = number == odd ? 1024 : 512
      return SimulatedRegion(
        power, blocks: (count + 1023) / 1024 * 1024 / blockBytes, blockBytes: blockBytes, holding: bytes)
    }
    let slot = region(0, Self.old.count, holding: Self.old)
    let flash = InPlaceFlash(slot: slot, spare: region(1, 512), checkpoint: region(2, 2 * (half + 1024)))
    let journal = SimulatedRegion(Power(), blocks: 2, blockBytes: 4096)
    let reason = InstallTests.reason { _ = try Self.live(update, plan, flash, journal, isResumed: false) }
    #expect(reason == .flashGeometryMismatch)
    #expect(power.operations == 0 && Array(slot.memory.bytes[..<Self.old.count]) == Self.old)
  }

  @Test
  func `A result that is not the image ends the checkpoint, so that the next attempt looks at the base again`() throws {
    let update = try Update(from: Self.old, to: Self.new, inPlace: Self.inPlace)
    let plan = try update.plan(installed: Self.old)
    let bytes = Array(update.stream[..<12])
    let flash = SimulatedFlash(slot: Self.old, header: try PatchHeader(bytes.span), inPlace: Self.inPlace)
    let journal = SimulatedRegion(Power(), blocks: 2, blockBytes: 4096)
    // Power is lost near the end, and a bit of the result flips meanwhile.
    flash.cutAt = 150
    #expect(InstallTests.reason { _ = try Self.live(update, plan, flash, journal) } == .flashFailed)
    flash.restart()
    flash.flip(5)
    #expect(InstallTests.reason { _ = try Self.live(update, plan, flash, journal) } == .imageDigestMismatch)
    #expect(InstallTests.reason { _ = try Self.live(update, plan, flash, journal) } == .baseDigestMismatch)
  }
}
