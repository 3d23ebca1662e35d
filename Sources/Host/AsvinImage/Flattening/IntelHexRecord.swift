/// One record of an Intel HEX file (Intel, Hexadecimal Object File Format Specification, revision A).
struct IntelHexRecord {
  let address: UInt16
  let type: UInt8
  let data: ArraySlice<UInt8>

  /// Parses a line.
  ///
  /// - Throws: `malformedRecord`, `recordChecksum`, with the offset of the line.
  init(_ line: TextLine) throws(ImageError) {
    guard line.text.first == UInt8(ascii: ":"), let bytes = HexDigits.bytes(line.text.dropFirst()),
      bytes.count >= 5, Int(bytes[0]) == bytes.count - 5
    else { throw line.error(.malformedRecord) }
    guard bytes.reduce(0, &+) == 0 else { throw line.error(.recordChecksum) }
    address = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    type = bytes[3]
    data = bytes[4..<bytes.count - 1]
  }
}
