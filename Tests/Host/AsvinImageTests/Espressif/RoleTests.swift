import Testing

@testable import AsvinImage

@Suite struct RoleTests {
  static let application: [(address: UInt32, data: [UInt8])] = [(0x4200_0020, noise(40)), (0x3FC8_0000, noise(24))]

  func role(_ bytes: [UInt8]) throws -> ImageRole { try describe(bytes).role }

  @Test func `An application with a descriptor, or with code in flash, is an application`() throws {
    #expect(try role(ESP32Builder().bytes) == .application)
    #expect(try role(ESP32Builder(hasDescriptor: false, segments: Self.application).bytes) == .application)
  }

  // ESP32, S2, C3, S3, C2, C6, H2, P4, C61, C5; the addresses are those of their RAM.
  @Test(arguments: [
    (UInt16(0), UInt32(0x4007_8000)), (2, 0x4002_0000), (5, 0x403C_E000), (9, 0x403C_9000), (12, 0x403A_0000),
    (13, 0x4086_C410), (16, 0x4083_C000), (18, 0x4FF0_0000), (20, 0x4083_0000), (23, 0x4084_0000),
  ])
  func `An image that is loaded to RAM completely is a bootloader`(chip: UInt16, address: UInt32) throws {
    let bytes = ESP32Builder(
      chipID: chip, entry: address, hasDescriptor: false,
      segments: [(address, noise(40)), (address + 0x1000, noise(24))]
    ).bytes
    #expect(try role(bytes) == .bootloader)
    #expect(try describe(bytes).isWhole)
  }

  @Test func `A bootloader of a chip without a known memory map is recognised by its descriptor`() throws {
    let descriptor = word(0x50) + word(1) + field("v5.5.1", 32) + zeros(40)
    let builder = ESP32Builder(
      chipID: 31, hasDescriptor: false, segments: [(0x3FC8_0000, descriptor), (0x4038_0000, noise(9 * 4))])
    #expect(try role(builder.bytes) == .bootloader)
  }

  @Test(arguments: [0x5000, 0x8000, 0x9000, 0x1_0000, 0x2_0000])
  func `A complete flash is recognised by its partition table at any place`(offset: Int) throws {
    let application = ESP32Builder(chipID: 0, entry: 0x4008_0000).bytes
    let table = FlashDumpBuilder.entry(1, 2, 0x3_0000) + FlashDumpBuilder.entry(0, 0x10, 0x4_0000)
    for bootloaderOffset in [0, 0x1000, 0x2000] {
      let flash =
        [UInt8](repeating: 0xFF, count: 0x4_0000)
        .with(FlashDumpBuilder().bootloader.bytes, at: bootloaderOffset).with(table, at: offset) + application
      let description = try describe(flash)
      #expect(description.role == .flash)
      #expect(description.offset == 0x4_0000)
    }
  }

  @Test func `A partition table alone is recognised as one`() throws {
    let table = FlashDumpBuilder.entry(1, 2, 0x9000) + FlashDumpBuilder.entry(0, 0, 0x1_0000) + half(0xEBEB) + noise(30)
    let file = table + [UInt8](repeating: 0xFF, count: 0xC00 - table.count)
    #expect(try format(file) == .partitionTable)
    #expect(try role(file) == .storage)
  }

  @Test func `An ESP8266's bootloader is recognised as one, and Arduino's file is not`() throws {
    // The literal with which eboot calls the ROM's function that reads the flash.
    let code: [UInt8] = noise(40) + word(0x4000_4B1C) + noise(40)
    #expect(try role(ESP8266Builder.first([(0x4010_F000, code)])) == .bootloader)
    #expect(try role(ESP8266Builder.first([(0x4010_F000, code)]) + noise(0x9000)) == .application)
    #expect(try role(ESP8266Builder.first()) == .application)
    #expect(try role(ESP8266Builder.arduino) == .application)
    #expect(try role(ESP8266Builder.third) == .application)
    // The older SDK's image has its flash part after its segments.
    #expect(try role(ESP8266Builder.first() + noise(0x9000)) == .application)
  }

  @Test func `Arduino's file that a file system follows is a complete flash`() throws {
    #expect(try role(ESP8266Builder.arduino + noise(600)) == .application)
    #expect(try role(ESP8266Builder.arduino + [UInt8](repeating: 0xFF, count: 0x1_0000) + noise(600)) == .flash)
  }

  @Test func `An ESP8266's flash of the RTOS SDK is a complete flash`() throws {
    let table = FlashDumpBuilder.entry(1, 2, 0x9000) + FlashDumpBuilder.entry(0, 0, 0x1_0000)
    let flash = [UInt8](repeating: 0xFF, count: 0x1_0000).with(ESP8266Builder.first(), at: 0).with(table, at: 0x8000)
    let description = try describe(flash + ESP8266Builder.third)
    #expect(description.role == .flash)
    #expect(description.format == .esp8266)
    #expect(description.offset == 0x1_0000)
  }

  @Test func `A bootloader that an MCUboot image follows is a complete flash`() throws {
    let flash =
      [UInt8](repeating: 0xFF, count: 0xC000).with(noise(5000), at: 0) + MCUbootBuilder(image: noise(900)).bytes
    let description = try describe(flash)
    #expect(description.format == .plain)
    #expect(description.role == .flash)
    #expect(description.offset == 0xC000)
    // A magic number alone is not enough, for programs that read such images have it, too.
    #expect(try role(flash.flipped(at: 0xC000 + 40)) == .application)
  }

  @Test func `Each file system of a flash is a data partition`() {
    #expect([ImageFormat.fat, .littlefs, .spiffs, .nvs].allSatisfy { ImageDescription(format: $0).role == .storage })
  }
}
