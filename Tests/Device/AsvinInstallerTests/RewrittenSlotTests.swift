import AsvinInstaller
import Testing

/// The state of a device whose updater runs outside of both slots, or that was asked for the slot that runs.
@Suite("The boot state of a slot that is rewritten")
struct RewrittenSlotTests {
  static let old = InPlaceInstallTests.old

  static func plan(sequence: UInt64 = 8) throws -> InstallPlan {
    try Update(from: old, to: InPlaceInstallTests.new, inPlace: InPlaceInstallTests.inPlace, sequence: sequence)
      .plan(installed: old)
  }

  @Test func `The slot that runs is not rewritten, and nothing is noted`() throws {
    let (region, plan) = (BootStateTests.region(), try Self.plan())
    var state = BootStateTests.state(region, BootStateTests.old)
    #expect(try !state.canRewrite(0, for: plan))
    #expect(try !state.rewrite(0, for: plan))
    #expect(!state.isRewriting(plan) && state.rewrittenBase == nil)
    #expect(region.power.operations == 0)
    #expect(try BootStateTests.begin(region) == .confirmed(0))
  }

  @Test func `A slot that does not run is rewritten, and there is nothing to start until then`() throws {
    let (region, plan) = (BootStateTests.region(), try Self.plan())
    var state = BootStateTests.state(region, BootStateTests.new)
    #expect(try state.canRewrite(0, for: plan))
    #expect(try state.rewrite(0, for: plan))
    #expect(state.isRewriting(plan) && state.rewrittenBase?.size == UInt32(Self.old.count))
    #expect(try BootStateTests.begin(region, .nothing) == .confirmed(.max))
  }

  @Test func `While an update is on trial, its fallback is not rewritten`() throws {
    let region = try BootStateTests.pending()
    let plan = try Self.plan(sequence: 10)
    #expect(try BootStateTests.begin(region, BootStateTests.new) == .trial(1))
    var state = BootStateTests.state(region, BootStateTests.new)
    #expect(try !state.rewrite(0, for: plan))
    #expect(state.phase == .trial && state.rewrittenBase == nil)
    #expect(BootStateTests.state(region, BootStateTests.new).phase == .trial)
  }

  @Test
  func `A later release of the same patch is not the one that the slot is rewritten for, until that is noted`() throws {
    let region = BootStateTests.region()
    let (first, later) = (try Self.plan(), try Self.plan(sequence: 9))
    var state = BootStateTests.state(region, .nothing)
    #expect(try state.rewrite(0, for: first))
    #expect(state.isRewriting(first) && !state.isRewriting(later))
    #expect(try state.rewrite(0, for: later))
    state = BootStateTests.state(region, .nothing)
    #expect(state.isRewriting(later) && !state.isRewriting(first))
  }
}
