import Testing

@testable import AsvinImage

@Suite struct UF2Tests {
  @Test func `Blocks are put together in order`() throws {
    let data = noise(600)
    let image = try flatten(UF2Builder.file(data, at: 0x1000_0000))
    #expect(image.bytes == data)
    #expect(image.baseAddress == 0x1000_0000)
    #expect(image.container == .uf2)
    #expect(image.chip == .rp2040)
  }

  @Test func `A gap between blocks is erased flash`() throws {
    let first = UF2Builder(data: [1, 2], total: 2)
    let second = UF2Builder(address: 0x1000_0004, data: [3], number: 1, total: 2)
    #expect(try flatten(first.bytes + second.bytes).bytes == [1, 2, 0xFF, 0xFF, 3])
  }

  @Test func `Blocks that are not for flash are counted and skipped`() throws {
    let other = UF2Builder(flags: 0x2001, address: 0, number: 0, total: 2, family: 1)
    let image = try flatten(other.bytes + UF2Builder(number: 1, total: 2).bytes)
    #expect(image.bytes == noise(256))
    #expect(image.chip == .rp2040)
  }

  @Test func `A block without family names no chip`() throws {
    #expect(try flatten(UF2Builder(flags: 0).bytes).chip == nil)
  }

  @Test func `An unknown family names no chip`() throws {
    #expect(try flatten(UF2Builder(family: 0x1234_5678).bytes).chip == nil)
  }

  @Test func `Checksum and extension flags are accepted`() throws {
    #expect(try flatten(UF2Builder(flags: 0xE000).bytes).bytes == noise(256))
  }

  @Test func `The RP2350's erratum block is not part of the image`() throws {
    let extra = UF2Builder(
      flags: 0xA000, address: 0x10FF_FF00, data: [UInt8](repeating: 0xEF, count: 256), total: 2, family: 0xE48B_FF57)
    let image = try flatten(extra.bytes + UF2Builder.file(noise(600), at: 0x1000_0000, family: 0xE48B_FF59))
    #expect(image.bytes == noise(600))
    #expect(image.chip == .rp2350)
  }

  static let families: [(UInt32, Chip?)] = [
    (0xE48B_FF56, .rp2040), (0xADA5_2840, .nrf52840), (0x5775_5A57, .stm32f4), (0x6855_0000, nil),
    (0xD42B_A06C, .esp32c3), (0x7EAB_61ED, .esp8266), (0x5511_4460, .samd51), (0xE48B_FF5A, .rp2350),
  ]

  @Test(arguments: families)
  func `Each family id is its chip`(family: UInt32, chip: Chip?) {
    #expect(Chip(uf2Family: family) == chip)
  }

  @Test func `An image inside is described and checked`() throws {
    let description = try describe(UF2Builder.file(ESP32Builder().bytes, at: 0x1_0000, family: 0xD42B_A06C))
    #expect(description.format == .esp32)
    #expect(description.container == .uf2)
    #expect(description.chip == .esp32c3)
    #expect(description.loadAddress == 0x1_0000)
    #expect(description.isWhole)
  }

  @Test func `A plain image inside has the chip of the container`() throws {
    let description = try describe(UF2Builder.file(noise(600), at: 0x1000_0000))
    #expect(description.format == .plain)
    #expect(description.chip == .rp2040)
  }

  @Test func `A container for another chip than the image inside fails`() throws {
    let description = try describe(UF2Builder.file(ESP32Builder().bytes, at: 0x1_0000, family: 0xC47E_5767))
    let check = IntegrityCheck(name: "UF2 family", passed: false, expected: "esp32s3", found: "esp32c3")
    #expect(description.checks.last == check)
  }
}
