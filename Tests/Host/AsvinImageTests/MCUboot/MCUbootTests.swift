import Testing

@testable import AsvinImage

@Suite struct MCUbootTests {
  @Test func `An image states its version and passes its digest`() throws {
    let description = try describe(MCUbootBuilder().bytes)
    #expect(description.format == .mcuboot)
    #expect(description.version == "1.2.300")
    #expect(description.secureVersion == nil)
    #expect(description.loadAddress == nil)
    #expect(description.checks.map(\.name) == ["MCUboot SHA-256 TLV"])
    #expect(description.isWhole)
    #expect(description.notes.isEmpty)
  }

  @Test func `A build number follows the version after a plus`() throws {
    #expect(try describe(MCUbootBuilder(build: 4).bytes).version == "1.2.300+4")
  }

  @Test func `The security counter is the secure version, and the digest covers it`() throws {
    let description = try describe(MCUbootBuilder(headerSize: 512, securityCounter: 77).bytes)
    #expect(description.secureVersion == 77)
    #expect(description.isWhole)
  }

  @Test func `A security counter in the unprotected area is ignored`() throws {
    let image = MCUbootBuilder(unprotected: MCUbootBuilder.entry(0x50, word(99)))
    #expect(try describe(image.bytes).secureVersion == nil)
  }

  @Test(arguments: [UInt32(0x20), 0x100])
  func `A load address is reported if a flag states that it is valid`(flag: UInt32) throws {
    #expect(try describe(MCUbootBuilder(loadAddress: 0x2000_1000, flags: flag).bytes).loadAddress == 0x2000_1000)
    #expect(try describe(MCUbootBuilder(loadAddress: 0x2000_1000).bytes).loadAddress == nil)
  }

  @Test func `The slot's padding after the image is accepted`() throws {
    #expect(try describe(MCUbootBuilder().bytes + [UInt8](repeating: 0xFF, count: 5000)).isWhole)
  }

  @Test(arguments: [UInt32(0x4), 0x8])
  func `An encrypted image has a note in place of a check`(flag: UInt32) throws {
    let description = try describe(MCUbootBuilder(flags: flag).bytes.flipped(at: 40))
    #expect(description.checks.isEmpty)
    #expect(description.notes == ["the image is encrypted, so its digest cannot be checked"])
  }

  @Test(arguments: [UInt16(0x11), 0x12])
  func `A longer digest has a note in place of a check`(type: UInt16) throws {
    let description = try describe(MCUbootBuilder(digestType: type).bytes)
    #expect(description.checks.isEmpty)
    #expect(description.notes.count == 1)
  }

  @Test func `An image of the first format is recognised and not checked`() throws {
    let description = try describe(MCUbootBuilder(magic: 0x96F3_B83C).bytes)
    #expect(description.format == .mcuboot)
    #expect(description.checks.isEmpty)
    #expect(description.notes.count == 1)
  }
}
