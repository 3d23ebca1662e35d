import Testing

@testable import AsvinImage

@Suite struct TITextTests {
  func flat(_ text: String) throws -> FlatImage { try flatten(Array(text.utf8)) }

  @Test func `Sections are put at their addresses`() throws {
    let image = try flat("@F000\n31 40 00 03\nB2 40\n@F008\n01\nq\n")
    #expect(image.bytes == [0x31, 0x40, 0, 3, 0xB2, 0x40, 0xFF, 0xFF, 1])
    #expect(image.baseAddress == 0xF000)
    #expect(image.container == .tiText)
  }

  @Test(arguments: ["\r\n", "\r", " \r\n", "\n\n"])
  func `Line ends, blanks and lower case are read`(end: String) throws {
    let text = "@f000\n31 40 00 0a \nq\n".replacing("\n", with: end)
    #expect(try flat("\u{FEFF}" + text).bytes == [0x31, 0x40, 0, 0x0A])
    #expect(try flat(text.replacing("q", with: "Q")).bytes == [0x31, 0x40, 0, 0x0A])
  }

  @Test(
    arguments: [
      ("@F000\n31 40\n", ImageFault.missingEnd), ("@F000\n31 40\nq\n31\n", .trailingBytes),
      ("@F000\n31 40\n3 1\nq\n", .malformedRecord), ("@F000\n31 40\n31 4G\nq\n", .malformedRecord),
      ("@F000\n31 40\n@F001\n31\nq\n", .overlap), ("@FFFFFFFF\n31 40\nq\n", .addressOverflow),
    ])
  func `A damaged file is refused, never plain`(text: String, fault: ImageFault) throws {
    let bytes = Array(text.utf8)
    #expect(try format(bytes) == .tiText)
    let error = #expect(throws: ImageError.self) { try describe(bytes) }
    #expect(error?.fault == fault)
  }
}
