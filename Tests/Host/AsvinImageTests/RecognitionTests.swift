import Testing

@testable import AsvinImage

@Suite struct RecognitionTests {
  @Test(arguments: [
    (ESP32Builder().bytes, ImageFormat.esp32), (FlashDumpBuilder().bytes, .esp32),
    (ESP8266Builder.first(), .esp8266), (ESP8266Builder.second, .esp8266), (ESP8266Builder.third, .esp8266),
    (ESP8266Builder.arduino, .esp8266), (MCUbootBuilder().bytes, .mcuboot),
    (Array((HexBuilder.record(0, 0, [1]) + HexBuilder.end).utf8), .intelHex), (UF2Builder().bytes, .uf2),
    (ELFBuilder(segments: [.init(address: 0, data: [1])]).bytes, .elf), (noise(5000), .plain), ([], .plain),
  ])
  func `Each format is recognised by its content`(bytes: [UInt8], expected: ImageFormat) throws {
    #expect(try format(bytes) == expected)
  }

  @Test(arguments: [
    "intel-hex", "s-record", "ti-txt", "uf2", "elf", "dfu", "esp32", "esp8266", "mcuboot", "plain", "squashfs", "7z",
  ])
  func `Each format has its name`(name: String) {
    #expect(ImageFormat(rawValue: name)?.rawValue == name)
  }

  @Test func `Only the six containers are containers`() {
    #expect(ImageFormat.allCases.filter(\.isContainer) == [.intelHex, .sRecord, .tiText, .uf2, .elf, .dfu])
  }

  @Test func `Each format has a title of its own`() {
    let titles = ImageFormat.allCases.map(\.title)
    #expect(Set(titles).count == titles.count)
  }

  @Test(arguments: [
    [0xE9], [0xE9, 1], [0xE9, 0x10, 0x20] + noise(4000), [0xEA, 4] + noise(4000), [0x3A], [0x7F, 0x45],
  ])
  func `A first byte alone does not identify a format`(bytes: [UInt8]) throws {
    #expect(try format(bytes) == .plain)
  }

  @Test func `x86 code that starts with a jump is plain, even where it walks and its checksum agrees`() throws {
    let code = [0xE9, 0x01, 0x00, 0x90] + noise(8) + word(16) + noise(200)
    let image = try #require(try EspressifImage(.short, code, at: 0)?.walk)
    #expect(try image.checksum(of: code).passed)
    #expect(try format(code) == .plain)
  }

  @Test func `Text that starts with a colon is plain`() throws {
    #expect(try format(Array(":not a record\n".utf8)) == .plain)
  }

  @Test func `A plain file has no checks and cannot be flattened`() throws {
    let description = try describe(noise(100))
    #expect(description == ImageDescription(format: .plain))
    #expect(description.isWhole)
    #expect(throws: ImageError(.notContainer, at: 0)) { try flatten(noise(100)) }
  }
}
