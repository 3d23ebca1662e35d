import AsvinHost

/// One record of a Motorola S-record file: `S`, a type, then in hex the count of the bytes after it, an address, data
/// and the complement of their sum.
struct SRecord {
  let type: UInt8
  /// The address, or the count of a type 5 or 6 record.
  let address: UInt64
  let data: ArraySlice<UInt8>

  /// Parses a line.
  ///
  /// - Throws: `malformedRecord`, `recordChecksum`, `unknownRecord`, with the offset of the line.
  init(_ line: TextLine) throws(ImageError) {
    let text = line.text
    guard text.count >= 4, text.first == UInt8(ascii: "S") || text.first == UInt8(ascii: "s"),
      let bytes = HexDigits.bytes(text.dropFirst(2)), Int(bytes[0]) == bytes.count - 1
    else { throw line.error(.malformedRecord) }
    type = text[text.startIndex + 1] &- UInt8(ascii: "0")
    let width: Int
    switch type {
    case 0, 1, 5, 9: width = 2
    case 2, 6, 8: width = 3
    case 3, 7: width = 4
    default: throw line.error(.unknownRecord)
    }
    guard bytes.count >= width + 2 else { throw line.error(.malformedRecord) }
    guard bytes.reduce(0, &+) == 0xFF else { throw line.error(.recordChecksum) }
    address = bytes[1...width].reduce(0) { $0 << 8 | UInt64($1) }
    data = bytes[(1 + width)..<(bytes.count - 1)]
  }
}

/// Reads a Motorola S-record file with addresses of 16, 24 or 32 bits.
enum SRecordReader {
  /// The data of a complete file.
  ///
  /// - Throws: `malformedRecord`, `recordChecksum`, `recordCount`, `unknownRecord`, `missingEnd`, `trailingBytes`,
  ///   `addressOverflow`, `overLimit`, `unreadable`.
  static func memory(of source: some ByteSource) throws(ImageError) -> FlatMemory {
    var memory = FlatMemory()
    var lines = try TextLineReader(source)
    /// Data records so far.
    var count: UInt64 = 0
    var hasEnded = false
    while let line = try lines.next() {
      if hasEnded {
        guard line.text.elementsEqual([0x1A]) else { throw line.error(.trailingBytes) }
        continue
      }
      let record = try SRecord(line)
      switch record.type {
      case 1, 2, 3:
        let space: UInt64 = 1 << (8 * (UInt64(record.type) + 1))
        guard record.address + UInt64(record.data.count) <= space else { throw line.error(.addressOverflow) }
        try memory.append(record.data, at: record.address, from: line.offset)
        count += 1
      case 5, 6:
        guard record.data.isEmpty else { throw line.error(.malformedRecord) }
        guard record.address == count else { throw line.error(.recordCount) }
      case 7, 8, 9:
        guard record.data.isEmpty else { throw line.error(.malformedRecord) }
        hasEnded = true
      default:
        break
      }
    }
    // Without the last record, a file that was truncated between two lines would look complete.
    guard hasEnded else { throw ImageError(.missingEnd, at: source.size) }
    return memory
  }
}
