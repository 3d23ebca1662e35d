import AsvinHost

/// Reads an Intel HEX file line by line. Also reads a universal hex file, which contains one such file for each of
/// several boards (microbit-foundation/spec-universal-hex).
struct IntelHexReader {
  private var parts: [Container.Part] = []
  /// The index of the part that receives data.
  private var current = 0
  /// The offset that an extended address record added to the addresses after it.
  private var base: UInt64 = 0
  /// Whether that record was a segment address record, after which addresses wrap at 64 KiB.
  private var isSegmented = false
  private var hasEnded = false

  /// The data of a complete file, for each board that it names.
  ///
  /// - Throws: `malformedRecord`, `recordChecksum`, `unknownRecord`, `missingEnd`, `trailingBytes`, `addressOverflow`,
  ///   `overLimit`, `unreadable`.
  static func parts(of source: some ByteSource) throws(ImageError) -> [Container.Part] {
    var reader = IntelHexReader()
    var lines = try TextLineReader(source)
    while let line = try lines.next() { try reader.accept(line) }
    guard reader.hasEnded else { throw ImageError(.missingEnd, at: source.size) }
    return reader.parts
  }

  private mutating func accept(_ line: TextLine) throws(ImageError) {
    if hasEnded {
      // CP/M and DOS mark the end of a text file with ^Z.
      guard line.text.elementsEqual([0x1A]) else { throw line.error(.trailingBytes) }
      return
    }
    let record = try IntelHexRecord(line)
    switch (record.type, record.data.count) {
    case (0, _),
      (0x0D, _) where isUniversal:
      try store(record, line)
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
    case (0x0A, 4):
      try beginBlock(record, line)
    // The end of a block, padding, or data for a computer (sources, settings), which is not flashed.
    case (0x0B...0x0C, _) where isUniversal,
      (0x0E, _) where isUniversal:
      break
    case (1...5, _):
      throw line.error(.malformedRecord)
    default:
      throw line.error(.unknownRecord)
    }
  }

  private var isUniversal: Bool { parts.contains { $0.family != nil } }

  /// Begins a block for a board: its id, then 0xC0DE.
  private mutating func beginBlock(_ record: IntelHexRecord, _ line: TextLine) throws(ImageError) {
    guard record.data.suffix(2).elementsEqual([0xC0, 0xDE]) else { throw line.error(.malformedRecord) }
    let family = ImageFamily(kind: .board, identifier: UInt32(Self.number(record.data.prefix(2))))
    if let index = parts.firstIndex(where: { $0.family == family }) {
      current = index
    } else {
      guard UInt64(parts.count) < ImageLimit.families.value else { throw line.error(.overLimit(.families)) }
      current = parts.count
      parts.append(Container.Part(family: family))
    }
  }

  private mutating func store(_ record: IntelHexRecord, _ line: TextLine) throws(ImageError) {
    let end = UInt64(record.address) + UInt64(record.data.count)
    // Beyond this end, the format wraps around. Tools implement that in different ways, and no linker writes such data.
    guard end <= (isSegmented ? 0x1_0000 : 0x1_0000_0000 - base) else { throw line.error(.addressOverflow) }
    if parts.isEmpty { parts.append(Container.Part()) }
    try parts[current].memory.append(record.data, at: base + UInt64(record.address), from: line.offset)
  }

  private static func number(_ data: ArraySlice<UInt8>) -> UInt64 { data.reduce(0) { $0 << 8 | UInt64($1) } }
}
