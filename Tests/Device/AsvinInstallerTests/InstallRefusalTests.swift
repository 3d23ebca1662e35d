import AsvinPatch
import AsvinInstaller
import AsvinVerifier
import Testing

/// Refusals of the installer: each keeps a write or a read within its memory, or a failure from being taken for success.
@Suite("Refusals of the installer")
struct InstallRefusalTests {
  static let image = InstallTests.noise(1400, seed: 71)

  @Test(arguments: [0, 1, 100, 543])
  func `A block that is larger than its memory is refused before a byte is taken`(memory: Int) throws {
    let plan = try Update(image: Self.image, chunk: 9).plan()
    let board = Board(running: Self.image)
    // 512 bytes of the chunk and 32 of the link.
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 544, alignment: 8)
    defer { unsafe block.deallocate() }
    let reason = InstallTests.reason {
      _ = try unsafe Installer(
        plan, into: board.spare, journal: board.journal, hash: Board.Hash.self, patching: NoPatches(),
        memory: UnsafeMutableRawBufferPointer(rebasing: block[..<memory]))
    }
    #expect(reason == .chunkTooLarge)
    #expect(board.power.operations == 0)
  }

  @Test func `A block that just fits its memory is installed`() throws {
    let update = try Update(image: Self.image, chunk: 9)
    let board = Board(running: Self.image)
    let plan = try update.plan()
    #expect(plan.blockBytes == 544)
    _ = try board.install(plan, update.stream)
    #expect(board.spareBytes(Self.image.count) == Self.image)
  }

  @Test func `A patch that needs more memory than it is given is refused, and nothing is written`() throws {
    let update = try Update(from: InstallTests.old, to: InstallTests.new)
    let plan = try update.plan(installed: InstallTests.old)
    let board = Board(running: InstallTests.old, room: InstallTests.new.count)
    let reason = InstallTests.reason {
      _ = try board.install(plan, update.stream, base: InstallTests.old.count, memory: update.memory - 8)
    }
    #expect(reason == .patchInvalid)
    #expect(board.spareBytes(512) == [UInt8](repeating: 0x5A, count: 512))
    _ = try board.install(plan, update.stream, base: InstallTests.old.count, memory: update.memory)
    #expect(board.spareBytes(InstallTests.new.count) == InstallTests.new)
  }

  @Test func `A patch in place is not applied from slot to slot`() throws {
    let update = try Update(
      from: InstallTests.old, to: InstallTests.new, inPlace: .init(blockBits: 9, spareBlocks: 1))
    let plan = try update.plan(installed: InstallTests.old)
    let board = Board(running: InstallTests.old, room: InstallTests.new.count)
    let reason = InstallTests.reason {
      _ = try board.install(plan, update.stream, base: InstallTests.old.count, memory: update.memory)
    }
    #expect(reason == .patchInvalid)
    #expect(board.spareBytes(512) == [UInt8](repeating: 0x5A, count: 512))
  }

  @Test func `A payload of an unknown kind makes no plan`() throws {
    let release = try SignedRelease([SignedRelease.component(0, Self.image, payloads: 2)]) { manifest in
      // The compressed image: a map of five pairs that begins with its kind, 1.
      guard let place = manifest.firstRange(of: [0xA5, 1, 1, 2])?.lowerBound else { fatalError("it has one") }
      manifest[place + 2] = 7
    }
    #expect(try release.plan(slot: 0, payload: 0) != nil)
    #expect(try release.plan(slot: 0, payload: 1) == nil)
    #expect(try release.plan(slot: 0, payload: 2) == nil)
    #expect(try release.plan(slot: 1, payload: 0) == nil)
  }
}
