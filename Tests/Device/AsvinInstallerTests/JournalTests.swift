import AsvinInstaller
import AsvinVerifier
import AsvinManifest
import Testing

@Suite("Content of the records")
struct JournalTests {
  @Test(arguments: [nil, 9])
  func `A progress that ends inside an erase block is not resumed`(chunk: UInt64?) throws {
    let image = InstallTests.noise(3000, seed: 41)
    let update = try Update(image: image, chunk: chunk)
    let plan = try update.plan()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 544, alignment: 8)
    defer { unsafe memory.deallocate() }
    let power = Power()
    let journal = SimulatedRegion(power, blocks: 2, blockBytes: 512)
    let (small, large) = (
      SimulatedRegion(power, blocks: 8, blockBytes: 512), SimulatedRegion(power, blocks: 4, blockBytes: 1024)
    )
    var first = try unsafe Installer(
      plan, into: small, journal: journal, hash: Board.Hash.self, patching: NoPatches(), memory: memory)
    try first.push(update.stream.span.extracting(first: 1700))
    // As if the slot were another one: what was noted is at 1 536 of it.
    var second = try unsafe Installer(
      plan, into: large, journal: journal, hash: Board.Hash.self, patching: NoPatches(), memory: memory)
    #expect(second.offset == 0)
    _ = try Board.run(&second, update.stream, 100)
    #expect(Array(large.memory.bytes[..<image.count]) == image)
    #expect(power.violation == nil)
  }

  @Test func `A state is stored as every later firmware will read it: little-endian, in this order`() throws {
    let region = BootStateTests.region()
    let components = [try BootStateTests.component(sequence: 0x0908)]
    let running = RunningImage(slot: 0, image: Digest { _ in 0x11 })
    var state = BootStateTests.state(region, running)
    try state.activate(components.span, in: 1)
    let bytes = region.memory.bytes
    #expect(Array(bytes[0..<16]) == [0x3C, 0xC3, 0x69, 0x5A] + Array(repeating: 0, count: 8) + [1, 0, 0, 0])
    #expect(Array(bytes[16..<32]) == [7] + Array(repeating: 0, count: 7) + [0xF8] + Array(repeating: 0xFF, count: 7))
    #expect(Array(bytes[32..<56]) == Array(repeating: 0, count: 8) + [7, 0, 0, 0, 0, 0, 0, 0, 8, 9, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[56..<88]) == Array(repeating: 0x11, count: 32))
    #expect(Array(bytes[88..<120]) == (0..<32).map { components[0].digest[$0] })
    #expect(Array(bytes[120..<124]) == [1, 0, 0, 0])
  }

  @Test func `A progress is stored as every later firmware will read it`() throws {
    let image = InstallTests.noise(3000, seed: 42)
    let update = try Update(image: image, chunk: 9)
    let plan = try update.plan()
    let board = Board(running: image)
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 544, alignment: 8)
    defer { unsafe memory.deallocate() }
    var installer = try unsafe Installer(
      plan, into: board.spare, journal: board.journal, hash: Board.Hash.self, patching: NoPatches(), memory: memory)
    try installer.push(update.stream.span.extracting(first: 544))
    // After the one that was written when it began.
    #expect(Array(board.journal.memory.bytes[0..<16]) == Array(repeating: 0, count: 16))
    let bytes = Array(board.journal.memory.bytes[128...])
    #expect(Array(bytes[0..<16]) == [0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0])
    #expect(Array(bytes[16..<24]) == Array(repeating: 0, count: 8))
    #expect(Array(bytes[24..<56]) == (0..<32).map { plan.release[$0] })
    #expect(Array(bytes[56..<88]) == Array(update.stream[512..<544]))
  }
}
