import AsvinFixtures
import AsvinInstaller
import AsvinVerifier
import Testing

/// Threat T12 and T14: nothing is parsed or written that was not checked.
@Suite("Sealed streams")
struct SealedStreamTests {
  static let image = InstallTests.noise(2100, seed: 5)

  @Test func `A byte that is changed anywhere is refused before its block reaches the slot`() throws {
    let update = try Update(image: Self.image)
    let plan = try update.plan()
    for index in update.stream.indices {
      for mask in [UInt8(1), 0x80, 0xFF] {
        var changed = update.stream
        changed[index] ^= mask
        let board = Board(running: Self.image)
        #expect(InstallTests.reason { _ = try board.install(plan, changed) } == .linkDigestMismatch, "\(index)")
        // Nothing of the block and of later ones is written: those bytes are the old ones.
        let start = index / 544 * 512
        let untouched = board.spare.memory.bytes[start...].allSatisfy { $0 == 0x5A || $0 == 0xFF }
        #expect(untouched, "\(index)")
        #expect(board.power.violation == nil)
      }
    }
  }

  @Test func `A stream that is cut at any place resumes at a block, and not before the known position`() throws {
    let update = try Update(image: Self.image)
    let plan = try update.plan()
    for cut in stride(from: 0, to: update.stream.count, by: 17) {
      let board = Board(running: Self.image)
      #expect(InstallTests.reason { _ = try board.install(plan, Array(update.stream[..<cut])) } == .payloadTruncated)
      let operations = board.power.operations
      _ = try board.install(plan, update.stream)
      #expect(board.spareBytes(Self.image.count) == Self.image)
      let whole = Board(running: Self.image)
      _ = try whole.install(plan, update.stream)
      if cut > 600 { #expect(board.power.operations - operations < whole.power.operations, "\(cut)") }
    }
  }
}
