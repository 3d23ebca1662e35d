import Testing

@testable import AsvinImage

@Suite struct DFUTests {
  @Test func `A suffix is removed, and the content does not have an address`() throws {
    let data = noise(300)
    let image = try flatten(DFUBuilder.suffixed(data))
    #expect(image.bytes == data)
    #expect(image.container == .dfu)
    #expect(try image.description().loadAddress == nil)
    #expect(try describe(DFUBuilder.suffixed(MCUbootBuilder().bytes)).format == .mcuboot)
  }

  @Test func `Elements are put at their addresses`() throws {
    let image = try flatten(DFUBuilder.addressed([(0, [(0x0800_0000, [1, 2]), (0x0800_0004, [3])])]))
    #expect(image.bytes == [1, 2, 0xFF, 0xFF, 3])
    #expect(image.baseAddress == 0x0800_0000)
    #expect(image.ranges.first?.label == "Internal Flash")
  }

  @Test func `One of several alternate settings is chosen by its number`() throws {
    let bytes = DFUBuilder.addressed([(0, [(0x0800_0000, [1, 2])]), (1, [(0, [3])])])
    #expect(throws: ImageError.self) { try flatten(bytes) }
    var choice = ImageChoice()
    choice.family = "1"
    #expect(try FlatImage(flattening: bytes, choice).bytes == [3])
  }

  @Test(arguments: [DFUBuilder.suffixed(noise(300)), DFUBuilder.addressed([(0, [(0x0800_0000, noise(40))])])])
  func `A changed byte is refused`(bytes: [UInt8]) {
    for offset in stride(from: 20, to: bytes.count - 9, by: 7) {
      #expect(throws: ImageError(.fileChecksum, at: UInt64(bytes.count - 4))) {
        try describe(bytes.flipped(at: offset))
      }
    }
  }

  @Test func `A file with addresses that is cut anywhere is refused, never plain`() throws {
    let bytes = DFUBuilder.addressed([(0, [(0x0800_0000, noise(40))])])
    for count in 6..<bytes.count {
      #expect(try format(Array(bytes.prefix(count))) == .dfu)
      #expect(throws: ImageError.self) { try describe(Array(bytes.prefix(count))) }
    }
  }
}
