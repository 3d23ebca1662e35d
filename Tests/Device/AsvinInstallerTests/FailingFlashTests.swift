import AsvinVerifier
import AsvinDeviceCrypto
import Testing

@testable import AsvinInstaller

/// Flash that fails proves nothing about its content: neither that an image is there, nor that it is not.
@Suite("Flash that fails")
struct FailingFlashTests {
  static let image = InstallTests.noise(1400, seed: 91)

  static func slot(_ operation: FaultyRegion.Operation, after count: Int, holding bytes: [UInt8] = []) -> FaultyRegion {
    FaultyRegion(
      region: SimulatedRegion(Power(), blocks: 8, blockBytes: 512, holding: bytes),
      fault: FaultyRegion.Fault(operation, after: count))
  }

  static func install(_ update: Update, into target: FaultyRegion, journal: FaultyRegion) throws {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 544, alignment: 8)
    defer { unsafe block.deallocate() }
    var installer = try unsafe Installer(
      update.plan(), into: target, journal: journal, hash: Board.Hash.self, patching: NoPatches(), memory: block)
    try installer.push(update.stream.span)
    _ = try installer.finish()
  }

  static func journal(_ operation: FaultyRegion.Operation = .write, after count: Int = .max) -> FaultyRegion {
    FaultyRegion(
      region: SimulatedRegion(Power(), blocks: 2, blockBytes: 4096),
      fault: FaultyRegion.Fault(operation, after: count))
  }

  @Test(arguments: 0..<6)
  func `A slot that cannot be read back holds no image`(count: Int) throws {
    let update = try Update(image: Self.image)
    let target = Self.slot(.read, after: count)
    #expect(
      InstallTests.reason { try Self.install(update, into: target, journal: Self.journal()) } == .imageDigestMismatch)
  }

  @Test(arguments: [FaultyRegion.Operation.erase, .write], [true, false])
  func `A failure of the slot or of the journal while bytes are taken is an error at once`(
    operation: FaultyRegion.Operation, isTarget: Bool
  ) throws {
    let update = try Update(image: Self.image)
    let (target, journal) =
      isTarget
      ? (Self.slot(operation, after: 1), Self.journal())
      : (Self.slot(.write, after: .max), Self.journal(operation, after: 0))
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 544, alignment: 8)
    defer { unsafe block.deallocate() }
    let plan = try update.plan()
    // The journal is written to when an installation begins.
    let reason = InstallTests.reason {
      var installer = try unsafe Installer(
        plan, into: target, journal: journal, hash: Board.Hash.self, patching: NoPatches(), memory: block)
      try installer.push(update.stream.span.extracting(first: 1200))
    }
    #expect(reason == .flashFailed)
  }

  @Test(arguments: 0..<6)
  func `A slot that fails while it is checked holds no image`(count: Int) throws {
    let plan = try Update(image: Self.image).plan()
    // What it reads as before and after the failure is the image: only the failure speaks against it.
    let zeros = [UInt8](repeating: 0, count: 1400)
    let blank = try Update(image: zeros).plan()
    #expect(InstalledComponent(blank, in: Self.slot(.read, after: count, holding: zeros), hash: SHA256.self) == nil)
    #expect(InstalledComponent(plan, in: Self.slot(.read, after: .max, holding: Self.image), hash: SHA256.self) != nil)
  }

  @Test func `An image that is larger than a slot is not looked for in it`() throws {
    let image = InstallTests.noise(4608, seed: 92)
    let plan = try Update(image: image).plan()
    let power = Power()
    let region = SimulatedRegion(power, blocks: 8, blockBytes: 512, holding: Array(image[..<4096]))
    #expect(InstalledComponent(plan, in: region, hash: SHA256.self) == nil)
    // Nothing was read after its end.
    #expect(power.violation == nil)
  }

  @Test func `A record whose write failed is not the last one`() throws {
    let region = Self.slot(.write, after: 1)
    var log = RecordLog(region, .state)
    var (first, second, third) = (Record(), Record(), Record())
    (first.words[0], second.words[0], third.words[0]) = (1, 2, 3)
    log.append(&first)
    log.append(&second)
    #expect(log.hasFailed)
    region.fault.repair()
    var record = Record()
    var isThere = log.last(into: &record)
    #expect(isThere && record.words[0] == 1)
    // The next one follows the one that counts.
    log.append(&third)
    isThere = log.last(into: &record)
    #expect(isThere && record.words[0] == 3 && record.number == 2)
  }
}
