import Testing

@testable import AsvinImage

@Suite struct ArduinoTests {
  let good = ESP8266Builder.arduino

  func failures(_ bytes: [UInt8]) throws -> [String] {
    let description = try describe(bytes)
    #expect(description.format == .esp8266)
    #expect(description.offset == 0x1000)
    return description.checks.filter { !$0.passed }.map(\.name)
  }

  @Test func `Eboot and application are described with the application's offset`() throws {
    let description = try describe(good)
    #expect(description.format == .esp8266)
    #expect(description.chip == .esp8266)
    #expect(description.offset == 0x1000)
    #expect(description.checks.map(\.name) == ["eboot checksum", "checksum", "CRC-32"])
    #expect(description.isWhole)
  }

  @Test func `A signature after the application is accepted`() throws {
    #expect(try failures(good + noise(256) + word(256)).isEmpty)
  }

  @Test func `A changed byte of eboot fails its checksum and the CRC`() throws {
    #expect(try failures(good.flipped(at: 20)) == ["eboot checksum", "CRC-32"])
  }

  @Test func `A changed byte of the application fails its checksum and the CRC`() throws {
    #expect(try failures(good.flipped(at: 0x1020)) == ["checksum", "CRC-32"])
  }

  @Test func `A changed flash mode fails the CRC, which alone covers it`() throws {
    #expect(try failures(good.flipped(at: 0x1002)) == ["CRC-32"])
  }

  @Test func `A changed CRC fails the CRC`() throws {
    #expect(try failures(good.flipped(at: 0x1014)) == ["CRC-32"])
  }

  @Test func `A changed size fails the checksum`() throws {
    #expect(try failures(good.flipped(at: 0x1010)) == ["checksum"])
  }

  @Test func `A file cut inside the application fails its segments`() throws {
    #expect(try failures(Array(good.prefix(0x1050))) == ["segments"])
  }

  @Test func `A file of an old core has no CRC to check`() throws {
    let eboot = ESP8266Builder.first()
    let padding = [UInt8](repeating: 0xAA, count: 0x1000 - eboot.count)
    let description = try describe(eboot + padding + ESP8266Builder.first([ESP8266Builder.flash]))
    #expect(description.offset == 0x1000)
    #expect(description.checks.map(\.name) == ["eboot checksum", "checksum"])
    #expect(description.isWhole)
  }

  @Test func `Other padding than Arduino's makes it a plain V1 image`() throws {
    let description = try describe(good.with([0xFF], at: 0x800))
    #expect(description.offset == 0)
    #expect(description.checks.map(\.name) == ["checksum"])
  }
}
