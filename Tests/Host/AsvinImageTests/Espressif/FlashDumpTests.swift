import Testing

@testable import AsvinImage

@Suite struct FlashDumpTests {
  @Test(arguments: [0, 0x1000, 0x2000])
  func `A dump is described by its application, wherever the bootloader starts`(bootloaderOffset: Int) throws {
    let description = try describe(FlashDumpBuilder(bootloaderOffset: bootloaderOffset).bytes)
    #expect(description.format == .esp32)
    #expect(description.chip == .esp32)
    #expect(description.version == "1.4.2-rc1")
    #expect(description.offset == 0x1_0000)
    #expect(
      description.checks.map(\.name) == [
        "bootloader checksum", "bootloader appended SHA-256", "checksum", "appended SHA-256",
      ])
    #expect(description.isWhole)
  }

  @Test func `The factory application comes before the update slots`() throws {
    var dump = FlashDumpBuilder()
    dump.partitions = [(0, 0x10, 0x4000), (0, 0, 0x1_0000)]
    #expect(try describe(dump.bytes.with(ESP32Builder().bytes, at: 0x4000)).offset == 0x1_0000)
  }

  @Test func `An empty factory partition gives way to an update slot`() throws {
    var dump = FlashDumpBuilder()
    dump.partitions = [(0, 0, 0x4000), (0, 0x10, 0x1_0000)]
    #expect(try describe(dump.bytes).offset == 0x1_0000)
  }

  @Test func `A damaged bootloader fails its own checks`() throws {
    let description = try describe(FlashDumpBuilder().bytes.flipped(at: 0x1020))
    #expect(
      description.checks.filter { !$0.passed }.map(\.name) == ["bootloader checksum", "bootloader appended SHA-256"])
  }

  @Test func `A bootloader whose segments run away fails its segments`() throws {
    let description = try describe(FlashDumpBuilder().bytes.with(word(0xFFFF_FFFC), at: 0x101C))
    #expect(description.checks.filter { !$0.passed }.map(\.name) == ["bootloader segments"])
  }

  @Test func `A dump cut inside the application fails its segments`() throws {
    let description = try describe(Array(FlashDumpBuilder().bytes.prefix(0x1_0080)))
    #expect(description.offset == 0x1_0000)
    #expect(description.checks.filter { !$0.passed }.map(\.name) == ["segments"])
  }

  @Test(arguments: [0, 0x1000, 0x2000])
  func `A bootloader and a partition table without an application are a flash`(bootloaderOffset: Int) throws {
    let description = try describe(Array(FlashDumpBuilder(bootloaderOffset: bootloaderOffset).bytes.prefix(0x1_0000)))
    #expect(description.format == .esp32)
    #expect(description.role == .flash)
    #expect(description.offset == 0)
    #expect(description.isWhole)
  }

  @Test func `An application that contains a partition table is not a dump`() throws {
    var image = ESP32Builder()
    let table = FlashDumpBuilder.entry(0, 0, 0)
    // Headers and descriptor take the first 0x128 bytes.
    image.segments = [(0x4200_0000, zeros(0x9000).with(table, at: 0x8000 - 0x128))]
    let bytes = image.bytes
    #expect(bytes[0x8000..<0x8020] == table[...])
    #expect(try describe(bytes).offset == 0)
    #expect(try describe(bytes).isWhole)
  }
}
