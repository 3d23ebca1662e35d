import Testing

@testable import AsvinImage

@Suite struct MCUbootDamageTests {
  let good = MCUbootBuilder(securityCounter: 7).bytes

  func failures(_ bytes: [UInt8]) throws -> [String] {
    let description = try describe(bytes)
    #expect(description.format == .mcuboot)
    return description.checks.filter { !$0.passed }.map(\.name)
  }

  @Test(arguments: [20, 40, 92])
  func `A changed byte of header, image or protected area fails the digest`(offset: Int) throws {
    #expect(try failures(good.flipped(at: offset)) == ["MCUboot SHA-256 TLV"])
  }

  @Test func `A changed digest fails`() throws {
    #expect(try failures(good.flipped(at: good.count - 1)) == ["MCUboot SHA-256 TLV"])
  }

  @Test func `An image without any digest fails`() throws {
    #expect(try failures(MCUbootBuilder(digestType: 0x77).bytes) == ["MCUboot SHA-256 TLV"])
  }

  @Test(arguments: [1, 33, 40, 60])
  func `An image cut anywhere after its header fails its TLV area`(missing: Int) throws {
    #expect(try failures(Array(good.dropLast(missing))) == ["TLV area"])
  }

  @Test func `An image larger than the file fails its TLV area`() throws {
    #expect(try failures(good.with(word(0xFFFF_FFFF), at: 12)) == ["TLV area"])
  }

  @Test func `A header smaller than a header fails its TLV area`() throws {
    #expect(try failures(good.with(half(31), at: 8)) == ["TLV area"])
  }

  @Test func `A protected area of another size than the header states fails its TLV area`() throws {
    #expect(try failures(good.with(half(13), at: 84)) == ["TLV area"])
  }

  @Test func `An entry longer than its area fails the TLV area`() throws {
    #expect(try failures(good.with(half(0xFFFF), at: good.count - 34)) == ["TLV area"])
  }

  @Test func `An area that ends inside an entry's head fails the TLV area`() throws {
    let image = MCUbootBuilder()
    #expect(try failures(image.hashed + MCUbootBuilder.area(0x6907, [0x10, 0, 0])) == ["TLV area"])
  }

  @Test func `A security counter of another size fails the TLV area`() throws {
    let image = MCUbootBuilder()
    let area = MCUbootBuilder.area(0x6908, MCUbootBuilder.entry(0x50, [1, 2]))
    let bytes = image.hashed.with(half(UInt16(area.count)), at: 10) + area + MCUbootBuilder.area(0x6907, [])
    #expect(try failures(bytes) == ["TLV area"])
  }
}
