import AsvinInstaller
import AsvinVerifier
import AsvinVerifyCrypto
import Testing

@Suite("Boot confirmation")
struct BootStateTests {
  static let image = InstallTests.noise(700, seed: 31)

  static func region(_ power: Power = Power()) -> SimulatedRegion {
    SimulatedRegion(power, blocks: 2, blockBytes: 512)
  }

  static func component(sequence: UInt64) throws -> InstalledComponent {
    let update = try Update(image: image, sequence: sequence)
    return try Board(running: image).install(update.plan(), update.stream)
  }

  static func state(_ region: SimulatedRegion) -> BootState<SimulatedRegion> {
    BootState(region, factoryFloor: 7, factorySequence: 7)
  }

  @Test("The floor rises when an update is confirmed, not before")
  func floor() throws {
    let region = Self.region()
    let components = [try Self.component(sequence: 9)]
    var state = Self.state(region)
    #expect(state.floor == 7 && state.phase == .confirmed)
    try state.activate(components.span)
    #expect(state.floor == 7 && state.phase == .pending && state.candidate?.sequence == 9)
    state = Self.state(region)
    #expect(try state.begin())
    #expect(state.floor == 7 && state.phase == .trial)
    #expect(try state.confirm())
    state = Self.state(region)
    #expect(state.floor == 9 && state.sequence == 9 && state.phase == .confirmed && state.candidate == nil)
  }

  @Test("A trial that restarts without a word is reverted, once and for all")
  func revert() throws {
    let region = Self.region()
    let components = [try Self.component(sequence: 9)]
    var state = Self.state(region)
    try state.activate(components.span)
    state = Self.state(region)
    #expect(try state.begin())
    state = Self.state(region)
    #expect(try !state.begin())
    #expect(state.floor == 7 && state.sequence == 7 && state.phase == .confirmed)
    state = Self.state(region)
    #expect(try !state.begin())
    #expect(try !state.confirm())
  }

  @Test("A release that is not above the floor by now is not activated")
  func stale() throws {
    let components = [try Self.component(sequence: 8)]
    let newer = [try Self.component(sequence: 9)]
    var state = Self.state(Self.region())
    try state.activate(newer.span)
    _ = try state.begin()
    _ = try state.confirm()
    #expect(InstallTests.reason { try state.activate(components.span) } == .sequenceNotAboveFloor)
    #expect(InstallTests.reason { try state.activate(newer.span) } == .sequenceNotAboveFloor)
  }

  @Test("Images of two releases are not activated together, nor is nothing")
  func mixed() throws {
    let components = [try Self.component(sequence: 8), try Self.component(sequence: 9)]
    var state = Self.state(Self.region())
    #expect(InstallTests.reason { try state.activate(components.span) } == .noUsablePayload)
    #expect(InstallTests.reason { try state.activate(components.span.extracting(first: 0)) } == .noUsablePayload)
    #expect(state.phase == .confirmed)
  }

  @Test("A key-set version never sinks, and lasts")
  func keySet() throws {
    let region = Self.region()
    var state = Self.state(region)
    try state.raise(keySetVersion: 4)
    try state.raise(keySetVersion: 3)
    #expect(Self.state(region).keySetVersion == 4)
  }

  @Test("A hundred records wear both blocks alike, and the last one counts")
  func rotation() throws {
    let power = Power()
    let region = Self.region(power)
    var state = Self.state(region)
    for version in 1...100 {
      try state.raise(keySetVersion: UInt64(version))
      #expect(Self.state(region).keySetVersion == UInt64(version))
    }
    #expect(power.violation == nil)
    // Four records a block of 512: a block is erased once in eight.
    #expect(power.operations <= 100 + 26)
  }

  @Test("A byte of the newest record that is lost leaves the one before it")
  func corrupted() throws {
    let region = Self.region()
    var state = Self.state(region)
    try state.raise(keySetVersion: 1)
    try state.raise(keySetVersion: 2)
    for index in 128..<224 {
      let byte = region.memory.bytes[index]
      region.memory.bytes[index] ^= 0x10
      #expect(Self.state(region).keySetVersion == 1, "\(index)")
      region.memory.bytes[index] = byte
    }
    #expect(Self.state(region).keySetVersion == 2)
  }
}
