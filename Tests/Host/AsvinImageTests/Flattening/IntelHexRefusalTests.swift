import Testing

@testable import AsvinImage

@Suite struct IntelHexRefusalTests {
  let first = HexBuilder.record(0, 0, [1, 2, 3, 4])

  func error(_ text: String) -> ImageError? {
    #expect(throws: ImageError.self) { try flatten(Array(text.utf8)) }
  }

  /// The same refusal whether the file is flattened or described, at the line after the first one.
  func expect(_ fault: ImageFault, behindFirst text: String) {
    #expect(error(first + text) == ImageError(fault, at: UInt64(first.utf8.count)))
    #expect(throws: ImageError(fault, at: UInt64(first.utf8.count))) { try describe(Array((first + text).utf8)) }
  }

  @Test func `A wrong checksum is refused`() {
    expect(.recordChecksum, behindFirst: ":0100100001EF\n" + HexBuilder.end)
  }

  @Test func `A wrong checksum in the first record is refused, too`() {
    #expect(error(":0100100001EF\n" + HexBuilder.end) == ImageError(.recordChecksum, at: 0))
  }

  @Test func `An unknown record type is refused`() {
    expect(.unknownRecord, behindFirst: HexBuilder.record(6, 0, []) + HexBuilder.end)
  }

  @Test(arguments: [":0", ":000000", "000000", ":0G000001FF", ":01000001FE", ":020000", "\u{1A}", ";comment"])
  func `A line that is not a record is refused`(line: String) {
    expect(.malformedRecord, behindFirst: line + "\n" + HexBuilder.end)
  }

  @Test func `A line longer than the longest record is refused`() {
    expect(.malformedRecord, behindFirst: ":" + String(repeating: "00", count: 300))
  }

  @Test(arguments: [UInt8(1), 2, 3, 4, 5])
  func `A record of the wrong size for its type is refused`(type: UInt8) {
    expect(.malformedRecord, behindFirst: HexBuilder.record(type, 0, [1]) + HexBuilder.end)
  }

  @Test func `Overlapping data is refused at the later record`() {
    expect(.overlap, behindFirst: HexBuilder.record(0, 3, [9]) + HexBuilder.end)
  }

  @Test func `The same data twice is refused`() { expect(.overlap, behindFirst: first + HexBuilder.end) }

  @Test func `A missing end is refused`() { expect(.missingEnd, behindFirst: "") }

  @Test func `Data after the end is refused`() {
    let text = HexBuilder.end + first
    #expect(error(text) == ImageError(.trailingBytes, at: UInt64(HexBuilder.end.utf8.count)))
  }

  @Test func `A file without data is refused`() {
    #expect(error(HexBuilder.end) == ImageError(.empty, at: UInt64(HexBuilder.end.utf8.count)))
  }

  @Test func `Data that wraps around a segment is refused`() {
    let text = HexBuilder.segment(0x1000)
    #expect(
      error(text + HexBuilder.record(0, 0xFFFF, [1, 2]) + HexBuilder.end)
        == ImageError(.addressOverflow, at: UInt64(text.utf8.count)))
  }

  @Test func `Data beyond the end of the address space is refused`() {
    let text = HexBuilder.linear(0xFFFF)
    #expect(
      error(text + HexBuilder.record(0, 0xFFFF, [1, 2]) + HexBuilder.end)
        == ImageError(.addressOverflow, at: UInt64(text.utf8.count)))
  }

  @Test func `A range that makes the image too large is refused before it is filled`() {
    let text = first + HexBuilder.linear(0x0400)
    let bytes = Array((text + HexBuilder.record(0, 0, [1]) + HexBuilder.end).utf8)
    var choice = ImageChoice()
    choice.range = AddressRange(first: 0, last: .max)
    #expect(throws: ImageError(.overLimit(.flatBytes), at: UInt64(text.utf8.count))) {
      try FlatImage(flattening: bytes, choice)
    }
  }

  @Test func `An error names the line`() throws {
    let text = first + "\r\n\n" + ":0100100001EF\n" + HexBuilder.end
    let error = error(text)
    #expect(error?.line == 4)
    #expect(error == ImageError(.recordChecksum, at: UInt64(first.utf8.count + 3)))
  }
}
