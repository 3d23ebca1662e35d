import AsvinVerifier
import Testing

@testable import AsvinInstaller

@Suite("What the boot state refuses")
struct BootRefusalTests {
  @Test("While an update is on trial, no other is activated")
  func trial() throws {
    let (first, second) = ([try BootStateTests.component(sequence: 9)], [try BootStateTests.component(sequence: 10)])
    let region = BootStateTests.region()
    var state = BootStateTests.state(region)
    try state.activate(first.span)
    _ = try state.begin()
    #expect(InstallTests.reason { try state.activate(second.span) } == .noUsablePayload)
    state = BootStateTests.state(region)
    #expect(state.phase == .trial && state.candidate?.sequence == 9)
  }

  @Test("A phase that is none is no update", arguments: [0, 1, 0x5A69_C33D, UInt32.max])
  func phase(word: UInt32) throws {
    let region = BootStateTests.region()
    var log = RecordLog(region)
    // The words of a state: phase, reserved, floor, key set, sequence and candidate.
    var words = InlineArray<22, UInt32>(repeating: 0)
    (words[0], words[2], words[6], words[8]) = (word, 5, 5, 9)
    var record = Record(words)
    log.append(&record)
    var state = BootStateTests.state(region)
    #expect(state.phase == .confirmed && state.candidate == nil && state.sequence == 5)
    #expect(try !state.begin())
    #expect(try !state.confirm())
  }
}
