import AsvinVerifier
import Testing

@testable import AsvinInstaller

@Suite("Refusals of the boot state")
struct BootRefusalTests {
  @Test func `While an update is on trial, no other is activated`() throws {
    let region = try BootStateTests.pending()
    let second = [try BootStateTests.component(sequence: 10)]
    #expect(try BootStateTests.begin(region, BootStateTests.new) == .trial(1))
    for running in [BootStateTests.old, BootStateTests.new] {
      for slot in 0...1 as ClosedRange<UInt32> {
        var state = BootStateTests.state(region, running)
        #expect(InstallTests.reason { try state.activate(second.span, in: slot) } == .slotInUse)
      }
    }
    let state = BootStateTests.state(region, BootStateTests.new)
    #expect(state.phase == .trial && state.candidate?.sequence == 9)
  }

  @Test(arguments: [0, 1, 0x5A69_C33D, UInt32.max])
  func `An unknown phase is not an update`(word: UInt32) throws {
    let region = try BootStateTests.pending()
    var content = BootRecord()
    var log = RecordLog(region, .state)
    let isThere = log.last(into: &content.record)
    #expect(isThere)
    content.phase = word
    log.append(&content.record)
    let state = BootStateTests.state(region, BootStateTests.new)
    #expect(state.phase == .confirmed && state.candidate == nil)
    #expect(try BootStateTests.begin(region) == .confirmed(0))
  }

  @Test
  func `A component whose release was not verified for a device is not activated, and its plan not begun`() throws {
    let release = try SignedRelease(sequence: 9, [SignedRelease.component(0, BootStateTests.image)])
    let plan = try #require(try release.plan(slot: 0, floor: .unchecked))
    let board = Board(running: BootStateTests.image)
    #expect(InstallTests.reason { _ = try board.install(plan, BootStateTests.image) } == .noUsablePayload)
    // What was read back does not make up for it.
    let region = SimulatedRegion(Power(), blocks: 4, blockBytes: 512, holding: BootStateTests.image)
    let found = InstalledComponent(plan, in: region, hash: Board.Hash.self)
    let component = try #require(found)
    var state = BootStateTests.state(BootStateTests.region())
    #expect(InstallTests.reason { try state.activate([component].span, in: 1) } == .imageDigestMismatch)
    #expect(state.phase == .confirmed)
  }
}
