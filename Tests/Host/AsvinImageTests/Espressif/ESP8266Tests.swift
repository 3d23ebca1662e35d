import Testing

@testable import AsvinImage

@Suite struct ESP8266Tests {
  func failures(_ bytes: [UInt8]) throws -> [String] {
    let description = try describe(bytes)
    #expect(description.format == .esp8266)
    #expect(description.chip == .esp8266)
    return description.checks.filter { !$0.passed }.map(\.name)
  }

  @Test(arguments: [
    (ESP8266Builder.first(), ["checksum"]),
    (ESP8266Builder.second, ["checksum", "CRC-32"]),
    (ESP8266Builder.third, ["checksum", "appended SHA-256"]),
  ])
  func `An image of each version passes its checks`(image: [UInt8], checks: [String]) throws {
    let description = try describe(image)
    #expect(description.format == .esp8266)
    #expect(description.chip == .esp8266)
    #expect(description.checks.map(\.name) == checks)
    #expect(description.isWhole)
  }

  @Test func `A wrong checksum byte fails the checksum of a V1 image`() throws {
    let image = ESP8266Builder.first()
    #expect(try failures(image.flipped(at: image.count - 1)) == ["checksum"])
  }

  @Test(arguments: [10, 30, 60])
  func `A V1 image cut anywhere after its header fails its segments`(count: Int) throws {
    #expect(try failures(Array(ESP8266Builder.first().prefix(count))) == ["segments"])
  }

  @Test func `A V1 image cut before its checksum fails the checksum`() throws {
    #expect(try failures(Array(ESP8266Builder.first().dropLast())) == ["checksum"])
  }

  @Test func `A V1 image that data follows is intact`() throws {
    #expect(try failures(ESP8266Builder.first() + noise(5000)).isEmpty)
  }

  @Test func `A V1 image that 32 bytes follow does not have a digest to check`() throws {
    #expect(try describe(ESP8266Builder.first() + noise(32)).checks.map(\.name) == ["checksum"])
  }

  @Test func `A changed byte of flash code fails the CRC of a V2 image, which alone covers it`() throws {
    #expect(try failures(ESP8266Builder.second.flipped(at: 20)) == ["CRC-32"])
  }

  @Test func `A changed byte of loaded code fails checksum and CRC of a V2 image`() throws {
    #expect(try failures(ESP8266Builder.second.flipped(at: 100)) == ["checksum", "CRC-32"])
  }

  @Test func `A V2 image cut inside its CRC fails the CRC`() throws {
    #expect(try failures(Array(ESP8266Builder.second.dropLast())) == ["CRC-32"])
  }

  @Test func `A V2 image cut inside its flash code fails its segments`() throws {
    #expect(try failures(Array(ESP8266Builder.second.prefix(60))) == ["segments"])
  }

  @Test func `A changed digest fails the digest of a V3 image`() throws {
    let image = ESP8266Builder.third
    #expect(try failures(image.flipped(at: image.count - 1)) == ["appended SHA-256"])
  }

  @Test func `An ESP32 header with the ESP8266's entry point is the ESP8266's`() throws {
    let image = ESP32Builder(chipID: 0, entry: ESP8266Builder.entry).bytes
    let description = try describe(image)
    #expect(description.format == .esp8266)
    #expect(description.version == "1.4.2-rc1")
    #expect(description.isWhole)
  }
}
