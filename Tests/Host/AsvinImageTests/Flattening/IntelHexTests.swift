import Testing

@testable import AsvinImage

@Suite struct IntelHexTests {
  func flat(_ text: String) throws -> FlatImage { try flatten(Array(text.utf8)) }

  @Test func `Records that follow each other make one run`() throws {
    let data = noise(40)
    let records = HexBuilder.record(0, 0, Array(data[..<16])) + HexBuilder.record(0, 16, Array(data[16...]))
    let image = try flat(HexBuilder.linear(0x0800) + records + HexBuilder.end)
    #expect(image.bytes == data)
    #expect(image.baseAddress == 0x0800_0000)
    #expect(image.container == .intelHex)
    #expect(image.chip == nil)
  }

  @Test func `Gaps are filled with the bytes of erased flash`() throws {
    let image = try flat(HexBuilder.record(0, 0x10, [1, 2]) + HexBuilder.record(0, 0x15, [3]) + HexBuilder.end)
    #expect(image.bytes == [1, 2, 0xFF, 0xFF, 0xFF, 3])
    #expect(image.baseAddress == 0x10)
  }

  @Test func `Records may come in any order`() throws {
    let image = try flat(
      HexBuilder.linear(2) + HexBuilder.record(0, 0, [9]) + HexBuilder.linear(1) + HexBuilder.record(0, 0xFFFE, [7, 8])
        + HexBuilder.end)
    #expect(image.bytes == [7, 8, 9])
    #expect(image.baseAddress == 0x1_FFFE)
  }

  @Test func `A segment record counts in units of 16 bytes`() throws {
    let text = HexBuilder.segment(0x1234) + HexBuilder.record(0, 1, [5]) + HexBuilder.end
    #expect(try flat(text).baseAddress == 0x1_2341)
  }

  @Test func `A linear record ends what a segment record began`() throws {
    let text = HexBuilder.segment(0x1000) + HexBuilder.linear(1) + HexBuilder.record(0, 0, [5]) + HexBuilder.end
    #expect(try flat(text).baseAddress == 0x1_0000)
  }

  @Test func `Start addresses are skipped`() throws {
    let text =
      HexBuilder.record(3, 0, [0, 0, 1, 2]) + HexBuilder.record(5, 0, [8, 0, 0, 1]) + HexBuilder.record(0, 0, [5])
      + HexBuilder.end
    #expect(try flat(text).bytes == [5])
  }

  @Test func `Lower case, carriage returns, empty lines and a missing last line end are accepted`() throws {
    let record = HexBuilder.record(0, 0, [0xAB, 0xCD]).lowercased().dropLast()
    #expect(try flat("\(record)\r\n\r\n" + ":00000001ff").bytes == [0xAB, 0xCD])
  }

  @Test func `A record may hold 255 bytes or none`() throws {
    let data = noise(255)
    #expect(try flat(HexBuilder.record(0, 0, data) + HexBuilder.record(0, 7, []) + HexBuilder.end).bytes == data)
  }

  @Test func `Data may cross 64 KiB and reach the end of the address space`() throws {
    let text = HexBuilder.linear(0xFFFE) + HexBuilder.record(0, 0xFFFF, [1, 2]) + HexBuilder.linear(0xFFFF)
    let image = try flat(text + HexBuilder.record(0, 1, [3]) + HexBuilder.end)
    #expect(image.bytes == [1, 2, 3])
  }

  @Test func `An image inside is described and checked`() throws {
    let data = ESP32Builder().bytes
    var text = HexBuilder.linear(1)
    for start in stride(from: 0, to: data.count, by: 16) {
      text += HexBuilder.record(0, UInt16(start), Array(data[start..<min(data.count, start + 16)]))
    }
    let description = try describe(Array((text + HexBuilder.end).utf8))
    #expect(description.format == .esp32)
    #expect(description.container == .intelHex)
    #expect(description.loadAddress == 0x1_0000)
    #expect(description.version == "1.4.2-rc1")
    #expect(description.isWhole)
  }

  @Test func `Lines may lie across the pieces in which a file is read`() throws {
    let data = noise(60_000)
    var text = ""
    for start in stride(from: 0, to: data.count, by: 23) {
      text += HexBuilder.record(0, UInt16(start), Array(data[start..<min(data.count, start + 23)]))
    }
    #expect(text.utf8.count > 2 * 65_536)
    #expect(try flat(text + HexBuilder.end).bytes == data)
    let damaged = text + ":00\n"
    #expect(throws: ImageError(.malformedRecord, at: UInt64(text.utf8.count))) { try flat(damaged) }
  }
}
