@testable import AsvinInstaller
import AsvinVerifier
import Testing

/// A journal comes from flash: it may be of another release, and may hold anything that has a checksum.
@Suite("The journal of another release")
struct ProgressTests {
  static let image = InstallTests.noise(4000, seed: 81)
  static let block: UInt32 = 512

  static func fits(_ plan: InstallPlan, isPatch: Bool = false, _ change: (inout Progress) -> Void = { _ in }) -> Bool {
    var progress = Progress(plan)
    (progress.position, progress.written) = (1536, 1536)
    change(&progress)
    return progress.fits(plan, isPatch: isPatch, eraseBlock: block)
  }

  @Test func `The progress of the same release, slot and payload is resumed`() throws {
    #expect(Self.fits(try Update(image: Self.image).plan()))
  }

  @Test func `The progress of another release is not resumed`() throws {
    let (plan, other) = try (Update(image: Self.image).plan(), Update(image: Self.image, sequence: 9).plan())
    var progress = Progress(other)
    (progress.position, progress.written) = (1536, 1536)
    let (fitsPlan, fitsOther) = (
      progress.fits(plan, isPatch: false, eraseBlock: Self.block),
      progress.fits(other, isPatch: false, eraseBlock: Self.block)
    )
    #expect(!fitsPlan)
    #expect(fitsOther)
  }

  @Test func `The progress of another slot, or of another payload, is not resumed`() throws {
    let release = try SignedRelease([
      SignedRelease.component(0, Self.image, payloads: 2), SignedRelease.component(1, Self.image, payloads: 2),
    ])
    let plan = try #require(try release.plan(slot: 0))
    for (slot, payload) in [(1, 0), (0, 1), (1, 1)] as [(UInt64, Int)] {
      var progress = Progress(try #require(try release.plan(slot: slot, payload: payload)))
      (progress.position, progress.written) = (1536, 1536)
      let isFit = progress.fits(plan, isPatch: false, eraseBlock: Self.block)
      #expect(!isFit, "slot \(slot), payload \(payload)")
    }
  }

  @Test(arguments: [4000, 4096, 1 << 32, 1 << 63])
  func `A position at or beyond the end of the payload is not resumed`(position: UInt64) throws {
    let plan = try Update(image: Self.image, chunk: nil).plan()
    #expect(!Self.fits(plan) { ($0.position, $0.written) = (position, position) })
  }

  @Test(arguments: [1, 511, 1537, 1792])
  func `A position within a chunk or an erase block is not resumed`(position: UInt64) throws {
    let plan = try Update(image: Self.image, chunk: 9).plan()
    #expect(!Self.fits(plan) { ($0.position, $0.written) = (position, position) })
    #expect(!Self.fits(plan, isPatch: true) { $0.written = position })
  }

  @Test(arguments: [0, 512, 1024, 2048])
  func `Of an image, other bytes written than were taken are not resumed`(count: UInt64) throws {
    let plan = try Update(image: Self.image).plan()
    #expect(!Self.fits(plan) { $0.written = count })
  }

  @Test func `Of a patch, more bytes written than the image has are not resumed`() throws {
    let plan = try Update(image: Self.image).plan()
    #expect(Self.fits(plan, isPatch: true) { $0.written = 3584 })
    #expect(!Self.fits(plan, isPatch: true) { $0.written = 4096 })
  }

  @Test(arguments: [nil, 9] as [UInt64?])
  func `A release after half of another one starts at its beginning, and ends as itself`(chunk: UInt64?) throws {
    let (first, second) = try (
      Update(image: Self.image, chunk: chunk),
      Update(image: InstallTests.noise(4000, seed: 82), chunk: chunk, sequence: 9)
    )
    let board = Board(running: Self.image)
    #expect(
      InstallTests.reason { _ = try board.install(first.plan(), Array(first.stream[..<2000])) } == .payloadTruncated)
    let plan = try second.plan()
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 544, alignment: 8)
    defer { unsafe block.deallocate() }
    var installer = try unsafe Installer(
      plan, into: board.spare, journal: board.journal, hash: Board.Hash.self, patching: NoPatches(), memory: block)
    #expect(installer.offset == 0)
    _ = try Board.run(&installer, second.stream, 100)
    #expect(board.spareBytes(4000) == second.image)
  }
}
