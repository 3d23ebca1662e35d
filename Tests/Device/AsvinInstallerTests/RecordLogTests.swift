import AsvinInstaller
import AsvinVerifier
import Testing

@Suite("Records in flash")
struct RecordLogTests {
  static func state(_ region: SimulatedRegion) -> BootState<SimulatedRegion> { BootStateTests.state(region) }

  @Test func `A hundred records wear both blocks alike, and the last one counts`() throws {
    let power = Power()
    let region = BootStateTests.region(power)
    var state = Self.state(region)
    for version in 1...100 {
      try state.raise(keySetVersion: UInt64(version))
      #expect(Self.state(region).keySetVersion == UInt64(version))
    }
    #expect(power.violation == nil)
    // Four records a block of 512: a block is erased once in eight.
    #expect(power.operations <= 100 + 26)
  }

  @Test func `A byte of the newest record that is lost leaves the one before it`() throws {
    let region = BootStateTests.region()
    var state = Self.state(region)
    try state.raise(keySetVersion: 1)
    try state.raise(keySetVersion: 2)
    for index in 128..<256 {
      let byte = region.memory.bytes[index]
      region.memory.bytes[index] ^= 0x10
      #expect(Self.state(region).keySetVersion == 1, "\(index)")
      region.memory.bytes[index] = byte
    }
    #expect(Self.state(region).keySetVersion == 2)
  }

  @Test
  func `A place that cannot be read is not a record, and is passed over when the next one is written`() throws {
    let region = BootStateTests.region()
    var state = Self.state(region)
    try state.raise(keySetVersion: 1)
    region.memory.unreadable = Set(128..<136)
    state = Self.state(region)
    #expect(!state.hasFailed && state.keySetVersion == 1)
    try state.raise(keySetVersion: 2)
    #expect(Self.state(region).keySetVersion == 2)
    #expect(region.power.violation == nil)
  }

  @Test func `A region of which nothing can be read has failed, and is not read as a new device`() throws {
    let region = BootStateTests.region()
    region.memory.unreadable = Set(0..<1024)
    var state = Self.state(region)
    #expect(state.hasFailed)
    #expect(InstallTests.reason { try state.raise(keySetVersion: 2) } == .flashFailed)
    #expect(region.power.operations == 0)
  }

  @Test func `Flash that is neither all ones nor all zeros when it is erased has failed`() throws {
    struct StuckFlash: FlashRegion {
      let capacity: UInt64 = 1024
      let blockBytes: UInt32 = 512
      let writeBytes: UInt32 = 8
      let hasFailed = false
      func byte(_ offset: UInt64) -> UInt8 { 0x5A }
      func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0x5A)
        return true
      }
      func erase(_ offset: UInt64) {}
      func write(_ offset: UInt64, _ bytes: Span<UInt8>) { Issue.record("nothing is written") }
    }
    var state = BootState(StuckFlash(), running: BootStateTests.old)
    #expect(InstallTests.reason { try state.raise(keySetVersion: 2) } == .flashFailed)
  }

  @Test func `A journal is not read as a state: records carry their kind`() throws {
    let update = try Update(image: InstallTests.noise(3000, seed: 42))
    let board = Board(running: update.image)
    let plan = try update.plan()
    #expect(InstallTests.reason { _ = try board.install(plan, Array(update.stream[..<2000])) } == .payloadTruncated)
    #expect(Self.state(board.journal).floor == 7)
  }

  @Test func `A state is found with few reads, however large its region is`() throws {
    let power = Power()
    let region = SimulatedRegion(power, blocks: 2, blockBytes: 128 << 10)
    var state = Self.state(region)
    for version in 1...20 { try state.raise(keySetVersion: UInt64(version)) }
    // Half of the region that was never written to is not erased, and is read to its end once.
    region.erase(128 << 10)
    power.reads = 0
    #expect(Self.state(region).keySetVersion == 20)
    #expect(power.reads < 30)
  }
}
