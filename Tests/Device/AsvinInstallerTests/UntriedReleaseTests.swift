import AsvinInstaller
import Testing

@Suite("A release that runs and was never on trial")
struct UntriedReleaseTests {
  @Test func `It cannot confirm itself, and nothing is written`() throws {
    let region = try BootStateTests.pending()
    var state = BootStateTests.state(region, BootStateTests.new)
    #expect(try !state.confirm())
    #expect(state.phase == .pending && state.floor == 7)
    // Noted as a start, it is on trial, and then can.
    state = BootStateTests.state(region, BootStateTests.new)
    #expect(state.phase == .pending && state.floor == 7)
    #expect(try state.begin() == .trial(1))
    #expect(try state.confirm())
  }
}
