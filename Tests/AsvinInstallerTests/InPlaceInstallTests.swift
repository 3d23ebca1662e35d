import AsvinDelta
import AsvinDeltaBuilder
import AsvinInstaller
import AsvinVerifier
import Testing

/// The slot of simulated flash that a patch is written in place on, as the installer reads it back.
private struct SlotOfFlash: FlashRegion {
  let flash: SimulatedFlash
  var capacity: UInt64 { UInt64(flash.slot.count) }
  var blockBytes: UInt32 { 512 }
  var writeBytes: UInt32 { 8 }
  var hasFailed: Bool { flash.hasFailed }
  func byte(_ offset: UInt64) -> UInt8 { flash.slot[Int(offset)] }
  func erase(_ offset: UInt64) { Issue.record("in place, only the patch erases") }
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) { Issue.record("in place, only the patch writes") }
}

@Suite("Installing in place")
struct InPlaceInstallTests {
  static let old = InstallTests.noise(6000, seed: 21)
  static let new = Array(old[..<1000]) + InstallTests.noise(2500, seed: 22) + Array(old[3500...])
  static let inPlace = Windows.InPlace(blockBits: 9, spareBlocks: 1)

  /// One life of a device: goes on where the checkpoint and the journal say.
  static func live(
    _ update: Update, _ plan: InstallPlan, _ header: [UInt8], _ flash: SimulatedFlash, _ journal: SimulatedRegion
  ) throws(InstallError) -> InstalledComponent {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: plan.blockBytes, alignment: 8)
    let workspace = UnsafeMutableRawBufferPointer.allocate(byteCount: update.memory, alignment: 8)
    defer {
      unsafe block.deallocate()
      unsafe workspace.deallocate()
    }
    var patching = unsafe InPlacePatch(FlashHandle(flash), baseSize: UInt32(old.count), memory: workspace)
    _ = patching.resume(header.span, maximum: UInt32(plan.imageSize))
    if flash.hasFailed { throw InstallError(.flashFailed, at: 0) }
    var installer = try unsafe Installer(
      plan, into: SlotOfFlash(flash: flash), journal: journal, hash: Board.Hash.self, patching: patching, memory: block)
    return try Board.run(&installer, update.stream, 100)
  }

  @Test("Wherever the power is cut, the old image becomes the new one")
  func everyCut() throws {
    let update = try Update(from: Self.old, to: Self.new, inPlace: Self.inPlace)
    let plan = try update.plan(installed: Self.old)
    let bytes = Array(update.stream[..<12])
    let header = try PatchHeader(bytes.span)
    var operations = (flash: 0, journal: 0)
    func run(flashCut: Int?, journalCut: Int?) throws {
      let flash = SimulatedFlash(slot: Self.old, header: header, inPlace: Self.inPlace)
      let power = Power()
      let journal = SimulatedRegion(power, blocks: 2, blockBytes: 4096)
      (flash.cutAt, power.cutAt) = (flashCut, journalCut)
      var lives = 0
      while true {
        lives += 1
        try #require(lives < 4)
        do throws(InstallError) {
          _ = try Self.live(update, plan, bytes, flash, journal)
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
    for cut in 1...operations.flash { try run(flashCut: cut, journalCut: nil) }
    for cut in 1...operations.journal { try run(flashCut: nil, journalCut: cut) }
  }
}
