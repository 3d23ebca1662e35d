import Testing

@testable import AsvinImage

/// Intel HEX as editors, DOS and redirected output leave it.
@Suite struct TextLayoutTests {
  let data = noise(40)

  var records: String {
    HexBuilder.linear(0x0800) + HexBuilder.record(0, 0, Array(data[..<16]))
      + HexBuilder.record(0, 16, Array(data[16...])) + HexBuilder.end
  }

  @Test(arguments: ["\n", "\r\n", "\r", " \n", "\t\n", "\n\n", "\r\n \r\n", "\n \t "])
  func `Blanks, blank lines and every line end are read`(end: String) throws {
    let text = records.replacing("\n", with: end)
    for file in [text, "\u{FEFF}" + text, "\n \r\n" + text, text.lowercased(), text + "\u{1A}", " " + text] {
      let image = try flatten(Array(file.utf8))
      #expect(image.bytes == data)
      #expect(image.container == .intelHex)
    }
  }

  @Test func `A file that is cut anywhere is refused, never plain`() throws {
    let bytes = Array(records.utf8)
    for count in 9..<bytes.count - 1 {
      #expect(try format(Array(bytes.prefix(count))) == .intelHex, "\(count)")
      #expect(throws: ImageError.self) { try describe(Array(bytes.prefix(count))) }
    }
  }

  @Test(arguments: ["; made by a tool\n", "# comment\n", "$$ module\n", "10000000\n"])
  func `Records after a line that does not belong there are still Intel HEX, and refused`(line: String) throws {
    let bytes = Array((line + records).utf8)
    #expect(try format(bytes) == .intelHex)
    let error = #expect(throws: ImageError.self) { try describe(bytes) }
    #expect(error?.line == 1)
  }

  @Test func `A damaged first record is still Intel HEX, and refused`() throws {
    for damaged in [":1000000G", ":10000000FF", ":020000040800F", ":0200000408 00F2"] {
      let bytes = Array((damaged + "\n" + records).utf8)
      #expect(try format(bytes) == .intelHex)
      #expect(throws: ImageError.self) { try describe(bytes) }
    }
  }

  @Test func `Text of two bytes for each character is not plain`() throws {
    let text: [UInt8] = [0xFF, 0xFE] + records.utf8.flatMap { [$0, 0] as [UInt8] }
    #expect(try format(text) == .text)
  }
}
