import Testing

@testable import AsvinImage

@Suite struct ESP32Tests {
  @Test func `An ESP32-C3 image states its chip, version, name and build`() throws {
    let description = try describe(ESP32Builder().bytes)
    #expect(description.format == .esp32)
    #expect(description.chip == .esp32c3)
    #expect(description.version == "1.4.2-rc1")
    #expect(description.projectName == "blink")
    #expect(description.secureVersion == 3)
    #expect(description.frameworkVersion == "v5.1.2")
    #expect(description.buildTime == "Jun 12 2023 16:38:52")
    #expect(description.container == nil)
    #expect(description.loadAddress == nil)
    #expect(description.offset == 0)
  }

  @Test func `An intact image passes its checksum and its appended digest`() throws {
    let description = try describe(ESP32Builder().bytes)
    #expect(description.checks.map(\.name) == ["checksum", "appended SHA-256"])
    #expect(description.isWhole)
    #expect(description.checks.allSatisfy { $0.expected == $0.found })
  }

  @Test func `An image without appended digest has its checksum alone`() throws {
    let description = try describe(ESP32Builder(hashAppended: false).bytes)
    #expect(description.checks.map(\.name) == ["checksum"])
    #expect(description.isWhole)
  }

  @Test func `An image without application descriptor has no version`() throws {
    let description = try describe(ESP32Builder(hasDescriptor: false).bytes)
    #expect(description.format == .esp32)
    #expect(description.version == nil)
    #expect(description.isWhole)
  }

  @Test(arguments: [
    (UInt16(0), Chip.esp32), (2, .esp32s2), (5, .esp32c3), (9, .esp32s3), (12, .esp32c2), (13, .esp32c6),
    (16, .esp32h2),
    (18, .esp32p4), (20, .esp32c61), (23, .esp32c5), (25, .esp32h21), (28, .esp32h4), (31, .esp32e22),
    (32, .esp32s31),
  ])
  func `Each chip id is its chip`(id: UInt16, chip: Chip) throws {
    #expect(try describe(ESP32Builder(chipID: id).bytes).chip == chip)
  }

  @Test func `An unknown chip id leaves an ESP32 image without a chip`() throws {
    let description = try describe(ESP32Builder(chipID: 0x7777).bytes)
    #expect(description.format == .esp32)
    #expect(description.chip == nil)
    #expect(description.isWhole)
  }

  @Test(arguments: ["\u{1B}[31mred", "1.0\n", "é", ""])
  func `A version that is not printable ASCII is not reported`(version: String) throws {
    #expect(try describe(ESP32Builder(version: version).bytes).version == nil)
  }

  @Test func `A version without a terminating zero is not reported`() throws {
    let version = String(repeating: "1", count: 32)
    #expect(try describe(ESP32Builder(version: version).bytes).version == nil)
  }

  @Test(arguments: [UInt8(0xFF), 0, 0xE7])
  func `Padding and signature sectors after the image are accepted`(filler: UInt8) throws {
    let description = try describe(ESP32Builder().bytes + [UInt8](repeating: filler, count: 4096))
    #expect(description.isWhole)
    #expect(description.checks.count == 2)
  }
}
