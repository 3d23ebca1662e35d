/// One record of an Intel HEX file (Intel, Hexadecimal Object File Format Specification, revision A).
struct IntelHexRecord {
  /// Characters of the longest record: the mark, then length, address, type, 255 bytes of data and the checksum.
  static let longest = 1 + 2 * (1 + 2 + 1 + 255 + 1)

  let address: UInt16
  let type: UInt8
  let data: ArraySlice<UInt8>

  /// Parses a line without its end.
  ///
  /// - Throws: `malformedRecord`, `recordChecksum`, with the offset of the line.
  init(_ line: ArraySlice<UInt8>, at offset: UInt64) throws(ImageError) {
    guard line.first == UInt8(ascii: ":"), line.count <= Self.longest, !line.count.isMultiple(of: 2) else {
      throw ImageError(.malformedRecord, at: offset)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(line.count / 2)
    for index in stride(from: line.startIndex + 1, to: line.endIndex, by: 2) {
      guard let high = Self.digit(line[index]), let low = Self.digit(line[index + 1]) else {
        throw ImageError(.malformedRecord, at: offset)
      }
      bytes.append(high << 4 | low)
    }
    guard bytes.count >= 5, Int(bytes[0]) == bytes.count - 5 else { throw ImageError(.malformedRecord, at: offset) }
    guard bytes.reduce(0, &+) == 0 else { throw ImageError(.recordChecksum, at: offset) }
    address = UInt16(bytes[1]) << 8 | UInt16(bytes[2])
    type = bytes[3]
    data = bytes[4..<bytes.count - 1]
  }

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - 0x30
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - 0x37
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - 0x57
    default: nil
    }
  }

  /// Whether a file starts with a record. One with a wrong checksum is one, too: it must be refused as Intel HEX, not
  /// be taken for something else.
  static func begins(_ source: some ImageSource) throws(ImageError) -> Bool {
    let count = Int(min(UInt64(longest), source.count))
    guard let start = try source.bytes(at: 0, count: count) else { return false }
    let line = start.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    do throws(ImageError) {
      _ = try IntelHexRecord(line, at: 0)
      return true
    } catch {
      return error.fault == .recordChecksum
    }
  }
}
