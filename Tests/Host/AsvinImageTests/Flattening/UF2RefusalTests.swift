import Testing

@testable import AsvinImage

@Suite struct UF2RefusalTests {
  func error(_ blocks: UF2Builder...) -> ImageError? {
    #expect(throws: ImageError.self) { try flatten(blocks.flatMap(\.bytes)) }
  }

  @Test(arguments: [0, 4, 508])
  func `A later block with a wrong magic number is refused`(offset: Int) {
    let bytes = UF2Builder.file(noise(512), at: 0)
    #expect(throws: ImageError(.malformedBlock, at: 512)) { try flatten(bytes.flipped(at: 512 + offset)) }
  }

  @Test func `A first block with a wrong last magic number is refused, not treated as a plain image`() {
    #expect(throws: ImageError(.malformedBlock, at: 0)) { try describe(UF2Builder().bytes.flipped(at: 508)) }
  }

  @Test func `More data than a block holds is refused`() {
    #expect(throws: ImageError(.malformedBlock, at: 0)) { try flatten(UF2Builder().bytes.with(word(477), at: 16)) }
  }

  @Test func `A block out of sequence is refused`() {
    #expect(
      error(UF2Builder(total: 2), UF2Builder(address: 0x1000_0100, number: 0, total: 2))
        == ImageError(.blockNumber, at: 512))
  }

  @Test func `A first block that is not number 0 is refused`() {
    #expect(error(UF2Builder(number: 1, total: 2)) == ImageError(.blockNumber, at: 0))
  }

  @Test func `A block with another total is refused`() {
    #expect(
      error(UF2Builder(total: 2), UF2Builder(address: 0x1000_0100, number: 1, total: 3))
        == ImageError(.blockNumber, at: 512))
  }

  @Test func `Blocks beyond the total are refused`() {
    #expect(
      error(UF2Builder(total: 1), UF2Builder(address: 0x1000_0100, number: 1, total: 1))
        == ImageError(.blockNumber, at: 512))
  }

  @Test func `Missing blocks are refused`() {
    #expect(error(UF2Builder(total: 2)) == ImageError(.truncated, at: 512))
  }

  @Test func `Half a block at the end is refused`() {
    #expect(throws: ImageError(.truncated, at: 700)) { try flatten(UF2Builder().bytes + zeros(188)) }
  }

  @Test func `Blocks for different chips are refused without a choice`() {
    let other = UF2Builder(address: 0x1000_0100, number: 1, total: 2, family: 0xADA5_2840)
    let families = [0xE48B_FF56, 0xADA5_2840].map { ImageFamily(kind: .uf2, identifier: $0) }
    #expect(error(UF2Builder(total: 2), other) == ImageError(.severalFamilies(families), at: 1024))
  }

  @Test func `A block without family among others is refused without a choice`() {
    let other = UF2Builder(flags: 0, address: 0x1000_0100, number: 1, total: 2)
    let families = [ImageFamily(kind: .uf2, identifier: 0xE48B_FF56)]
    #expect(error(UF2Builder(total: 2), other) == ImageError(.severalFamilies(families), at: 1024))
  }

  @Test func `A file container is refused`() {
    #expect(error(UF2Builder(flags: 0x1000)) == ImageError(.fileContainer, at: 0))
  }

  @Test func `Overlapping blocks are refused at the later one`() {
    #expect(
      error(UF2Builder(total: 2), UF2Builder(address: 0x1000_00FF, number: 1, total: 2))
        == ImageError(.overlap, at: 512))
  }

  @Test func `Data beyond the end of the address space is refused`() {
    #expect(error(UF2Builder(address: 0xFFFF_FFFF)) == ImageError(.addressOverflow, at: 0))
  }

  @Test func `A file without data for flash is refused`() {
    #expect(error(UF2Builder(flags: 1)) == ImageError(.empty, at: 512))
  }

  @Test func `A range that makes the image too large is refused before it is filled`() {
    let bytes =
      UF2Builder(address: 0, total: 2).bytes + UF2Builder(address: 0x0400_0000, number: 1, total: 2).bytes
    var choice = ImageChoice()
    choice.range = AddressRange(first: 0, last: .max)
    #expect(throws: ImageError(.overLimit(.flatBytes), at: 512)) {
      try FlatImage(flattening: bytes, choice)
    }
  }
}
