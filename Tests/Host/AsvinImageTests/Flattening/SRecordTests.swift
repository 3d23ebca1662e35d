import Testing

@testable import AsvinImage

@Suite struct SRecordTests {
  let data = noise(40)

  func text(_ type: Int, _ width: Int, end: Int) -> String {
    SRecordBuilder.record(0, 2, 0, Array("app".utf8)) + SRecordBuilder.record(type, width, 0x1000, Array(data[..<16]))
      + SRecordBuilder.record(type, width, 0x1010, Array(data[16...])) + SRecordBuilder.record(5, 2, 2, [])
      + SRecordBuilder.record(end, width, 0, [])
  }

  func flat(_ text: String) throws -> FlatImage { try flatten(Array(text.utf8)) }

  func error(_ text: String) -> ImageError? {
    #expect(throws: ImageError.self) { try flat(text) }
  }

  @Test(arguments: [(1, 2, 9), (2, 3, 8), (3, 4, 7)])
  func `Addresses of each width are read`(type: Int, width: Int, end: Int) throws {
    let image = try flat(text(type, width, end: end))
    #expect(image.bytes == data)
    #expect(image.baseAddress == 0x1000)
    #expect(image.container == .sRecord)
  }

  @Test(arguments: ["\n", "\r\n", "\r", " \n", "\t\r\n\r\n"])
  func `Line ends, blanks and blank lines of other tools are read`(end: String) throws {
    let text = text(3, 4, end: 7).replacing("\n", with: end)
    for file in [text, "\u{FEFF}" + text, text.lowercased(), String(text.dropLast(end.utf8.count > 1 ? 0 : 1))] {
      #expect(try flat(file).bytes == data)
    }
  }

  @Test func `A count of 24 bits is compared, too`() throws {
    let records = SRecordBuilder.record(1, 2, 0, [1]) + SRecordBuilder.record(6, 3, 1, [])
    #expect(try flat(records + SRecordBuilder.record(9, 2, 0, [])).bytes == [1])
    let wrong = SRecordBuilder.record(1, 2, 0, [1]) + SRecordBuilder.record(6, 3, 2, [])
    #expect(error(wrong + SRecordBuilder.record(9, 2, 0, []))?.fault == .recordCount)
  }

  @Test func `A wrong checksum and a wrong count are refused with the line`() {
    let text = text(3, 4, end: 7)
    let lines = text.split(separator: "\n")
    let changed = lines[1].dropLast() + (lines[1].last == "0" ? "1" : "0")
    let wrong = [lines[0], changed] + lines[2...]
    let error = error(wrong.joined(separator: "\n"))
    #expect(error?.fault == .recordChecksum)
    #expect(error?.line == 2)
    let counted = self.error(
      text.replacing(SRecordBuilder.record(5, 2, 2, []), with: SRecordBuilder.record(5, 2, 3, [])))
    #expect(counted?.fault == .recordCount)
    #expect(counted?.line == 4)
  }

  @Test func `A file that is cut anywhere is refused, never plain`() throws {
    let bytes = Array(text(3, 4, end: 7).utf8)
    // Without its last line end the file is complete.
    for count in 12..<bytes.count - 1 {
      let cut = Array(bytes.prefix(count))
      #expect(try format(cut) == .sRecord, "\(count)")
      #expect(throws: ImageError.self) { try describe(cut) }
    }
  }

  @Test func `A reserved type, data after the end and an overlap are refused`() {
    #expect(error("S4050000000000\n" + text(3, 4, end: 7))?.fault == .unknownRecord)
    #expect(error(text(3, 4, end: 7) + SRecordBuilder.record(3, 4, 0, [1]))?.fault == .trailingBytes)
    #expect(
      error(SRecordBuilder.record(1, 2, 0x1000, [1]) + text(1, 2, end: 9).replacing("S5", with: "S0"))?.fault != nil)
    let twice = SRecordBuilder.record(1, 2, 0, [1]) + SRecordBuilder.record(1, 2, 0, [1])
    #expect(error(twice + SRecordBuilder.record(9, 2, 0, []))?.fault == .overlap)
  }

  @Test func `Data beyond the address width is refused`() {
    let text = SRecordBuilder.record(1, 2, 0xFFFF, [1, 2]) + SRecordBuilder.record(9, 2, 0, [])
    #expect(error(text) == ImageError(.addressOverflow, at: 0))
  }
}
