import AsvinCrypto
import AsvinFixtures
import AsvinInstaller
import AsvinVerifier
import Testing

@Suite("Installing")
struct InstallTests {
  static let old = noise(5000, seed: 1)
  static let new = Array(old[..<2000]) + noise(300, seed: 2) + Array(old[2100...])

  static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var numbers = SeededGenerator(seed: seed)
    return numbers.bytes(count)
  }

  static func reason(_ body: () throws -> Void) -> Reason? {
    do {
      try body()
    } catch let error as InstallError {
      return error.reason
    } catch {}
    return nil
  }

  @Test(
    arguments: [nil, 9, 10, 12, 16],
    [1, 7, 512, 6000])
  func `An image goes into its slot, plain or sealed, in pieces of any size`(chunk: UInt64?, pieces: Int) throws {
    let update = try Update(image: Self.new, chunk: chunk)
    let board = Board(running: Self.old)
    let plan = try update.plan()
    #expect(plan.streamSize == UInt64(update.stream.count))
    let installed = try board.install(plan, update.stream, pieces: pieces)
    #expect(installed.size == UInt64(Self.new.count))
    #expect(board.spareBytes(Self.new.count) == Self.new)
    #expect(board.power.violation == nil)
  }

  @Test(arguments: [1, 100, 6000])
  func `A sealed patch goes into the other slot`(pieces: Int) throws {
    let update = try Update(from: Self.old, to: Self.new)
    let board = Board(running: Self.old, room: Self.new.count)
    let plan = try update.plan(installed: Self.old)
    _ = try board.install(plan, update.stream, pieces: pieces, base: Self.old.count, memory: update.memory)
    #expect(board.spareBytes(Self.new.count) == Self.new)
    #expect(board.power.violation == nil)
  }

  @Test
  func
    `A patch that is not sealed is refused before its first byte, even where its feature bit is that of stored patches`()
    throws
  {
    let update = try Update(from: Self.old, to: Self.new, chunk: nil, features: 1 << 8)
    let plan = try update.plan(installed: Self.old)
    let board = Board(running: Self.old)
    let reason = Self.reason { _ = try board.install(plan, update.stream, base: Self.old.count, memory: update.memory) }
    #expect(reason == .patchNotVerified)
    #expect(board.power.operations == 0)
  }

  @Test func `An image that does not fit its slot is refused before anything is erased`() throws {
    let update = try Update(image: Self.noise(20_000, seed: 3))
    let board = Board(running: Self.old)
    let plan = try update.plan()
    #expect(Self.reason { _ = try board.install(plan, update.stream) } == .imageTooLarge)
    #expect(board.power.operations == 0)
  }

  @Test(arguments: [nil, 9] as [UInt64?])
  func `A stream that is cut, or longer than the manifest states, is an error`(chunk: UInt64?) throws {
    let update = try Update(image: Self.new, chunk: chunk)
    let plan = try update.plan()
    for count in [0, 1, 511, 512, 544, update.stream.count - 1] {
      let board = Board(running: Self.old)
      #expect(
        Self.reason { _ = try board.install(plan, Array(update.stream[..<count])) } == .payloadTruncated, "\(count)")
    }
    for pieces in [1, 6000] {
      let board = Board(running: Self.old)
      #expect(Self.reason { _ = try board.install(plan, update.stream + [0], pieces: pieces) } == .payloadTooLong)
      #expect(board.power.violation == nil)
    }
  }

  @Test
  func `A changed byte of a plain image is found when the slot is read back, and the next attempt begins anew`() throws
  {
    let update = try Update(image: Self.new, chunk: nil)
    let plan = try update.plan()
    let board = Board(running: Self.old)
    for index in stride(from: 0, to: update.stream.count, by: 37) {
      var changed = update.stream
      changed[index] ^= 1
      #expect(Self.reason { _ = try board.install(plan, changed) } == .imageDigestMismatch, "\(index)")
    }
    _ = try board.install(plan, update.stream)
    #expect(board.spareBytes(Self.new.count) == Self.new)
  }

  @Test func `After another release in between, nothing of the first one is assumed`() throws {
    let first = try Update(image: Self.new, chunk: 9)
    let second = try Update(image: Self.noise(5200, seed: 9), chunk: 9, sequence: 9)
    let board = Board(running: Self.old, room: 5200)
    let (plan, other) = (try first.plan(), try second.plan())
    #expect(Self.reason { _ = try board.install(plan, Array(first.stream[..<4000])) } == .payloadTruncated)
    #expect(Self.reason { _ = try board.install(other, Array(second.stream[..<2000])) } == .payloadTruncated)
    _ = try board.install(plan, first.stream)
    #expect(board.spareBytes(Self.new.count) == Self.new)
  }
}
