/// Reads an Intel HEX file line by line.
struct IntelHexReader {
  private var memory = FlatMemory()
  /// What an extended address record added to the addresses after it.
  private var base: UInt64 = 0
  /// Whether that record was of the segment kind, under which addresses wrap at 64 KiB.
  private var isSegmented = false
  private var hasEnded = false

  /// The data of a whole file.
  ///
  /// - Throws: `malformedRecord`, `recordChecksum`, `unknownRecord`, `missingEnd`, `trailingBytes`, `addressOverflow`,
  ///   `overLimit`, `unreadable`.
  static func memory(of source: some ImageSource) throws(ImageError) -> FlatMemory {
    var reader = IntelHexReader()
    /// The start of a line that the next piece goes on with.
    var pending: [UInt8] = []
    var pieces = PieceReader(0..<source.count, of: source)
    while let piece = try pieces.next() {
      let start = pieces.position - UInt64(piece.count)
      var rest = piece[...]
      while let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
        let offset = start + UInt64(rest.startIndex) - UInt64(pending.count)
        if pending.isEmpty {
          try reader.take(rest[..<end], at: offset)
        } else {
          pending += rest[..<end]
          try reader.take(pending[...], at: offset)
          pending.removeAll(keepingCapacity: true)
        }
        rest = rest[(end + 1)...]
      }
      pending += rest
      guard pending.count <= IntelHexRecord.longest else {
        throw ImageError(.malformedRecord, at: pieces.position - UInt64(pending.count))
      }
    }
    try reader.take(pending[...], at: source.count - UInt64(pending.count))
    guard reader.hasEnded else { throw ImageError(.missingEnd, at: source.count) }
    return reader.memory
  }

  private mutating func take(_ line: ArraySlice<UInt8>, at offset: UInt64) throws(ImageError) {
    guard !line.isEmpty else { return }
    guard !hasEnded else { throw ImageError(.trailingBytes, at: offset) }
    let record = try IntelHexRecord(line, at: offset)
    switch (record.type, record.data.count) {
    case (0, _):
      try store(record, at: offset)
    case (1, 0):
      hasEnded = true
    case (2, 2):
      base = Self.number(record.data) << 4
      isSegmented = true
    case (4, 2):
      base = Self.number(record.data) << 16
      isSegmented = false
    case (3, 4), (5, 4):
      break
    case (1...5, _):
      throw ImageError(.malformedRecord, at: offset)
    default:
      throw ImageError(.unknownRecord, at: offset)
    }
  }

  private mutating func store(_ record: IntelHexRecord, at offset: UInt64) throws(ImageError) {
    let end = UInt64(record.address) + UInt64(record.data.count)
    // Beyond this the format wraps around, which tools do in different ways; nobody means it.
    guard end <= (isSegmented ? 0x1_0000 : 0x1_0000_0000 - base) else { throw ImageError(.addressOverflow, at: offset) }
    try memory.append(record.data, at: base + UInt64(record.address), from: offset)
  }

  private static func number(_ data: ArraySlice<UInt8>) -> UInt64 { data.reduce(0) { $0 << 8 | UInt64($1) } }
}
