import AsvinHost

/// A line of a text file without surrounding blanks.
struct TextLine {
  let text: ArraySlice<UInt8>
  /// Bytes of the file before the text.
  let offset: UInt64
  /// The line's number, counted from 1.
  let number: UInt64

  func error(_ fault: ImageFault) -> ImageError { ImageError(fault, at: offset, line: number) }
}

/// Reads a text file line by line, as other tools do: lines end with LF, CR or both, a byte order mark is skipped, and
/// blanks at both ends of a line and empty lines are ignored.
struct TextLineReader<Source: ByteSource> {
  /// The length limit of a line in bytes. Records of all formats are less than half as long.
  static var longest: Int { 2048 }

  private var pieces: PieceReader<Source>
  private var piece: ArraySlice<UInt8> = []
  /// Bytes of the file before the piece's first byte.
  private var start: UInt64 = 0
  private var number: UInt64 = 0
  /// Whether the previous line ended with CR, so that a following LF belongs to it.
  private var hasReturned = false

  init(_ source: Source) throws(ImageError) {
    let mark: UInt64 = try source.prefix(3) == [0xEF, 0xBB, 0xBF] ? 3 : 0
    pieces = PieceReader(mark..<source.size, of: source)
    start = mark
  }

  /// The next line with text in it, or `nil` after the last one.
  ///
  /// - Throws: `malformedRecord` for a line that is too long, `unreadable`.
  mutating func next() throws(ImageError) -> TextLine? {
    while let (text, offset) = try nextLine() {
      let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
      guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
      else { continue }
      return TextLine(text: text[first...last], offset: offset + UInt64(first - text.startIndex), number: number)
    }
    return nil
  }

  private mutating func nextLine() throws(ImageError) -> (text: ArraySlice<UInt8>, offset: UInt64)? {
    /// The start of a line that the next piece continues.
    var pending: [UInt8] = []
    while true {
      if piece.isEmpty {
        start = pieces.position
        guard let next = try pieces.next() else { break }
        piece = next[...]
      }
      if hasReturned, piece.first == UInt8(ascii: "\n") {
        start += 1
        piece = piece.dropFirst()
      }
      hasReturned = false
      guard let end = piece.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
        pending += piece
        start += UInt64(piece.count)
        piece = []
        guard pending.count <= Self.longest else { break }
        continue
      }
      let line = pending.isEmpty ? piece[..<end] : (pending + piece[..<end])[...]
      let offset = start - UInt64(pending.count)
      hasReturned = piece[end] == UInt8(ascii: "\r")
      start += UInt64(end + 1 - piece.startIndex)
      piece = piece[(end + 1)...]
      number += 1
      return try checked(line, at: offset)
    }
    guard !pending.isEmpty else { return nil }
    number += 1
    return try checked(pending[...], at: start - UInt64(pending.count))
  }

  private func checked(
    _ line: ArraySlice<UInt8>, at offset: UInt64
  ) throws(ImageError) -> (text: ArraySlice<UInt8>, offset: UInt64) {
    guard line.count <= Self.longest else { throw ImageError(.malformedRecord, at: offset, line: number) }
    return (line, offset)
  }
}

/// The hexadecimal digits of text formats.
enum HexDigits {
  /// The value of a digit.
  static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - 0x30
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - 0x37
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - 0x57
    default: nil
    }
  }

  /// The bytes of pairs of digits; `nil` for other text.
  static func bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2)
    for index in stride(from: text.startIndex, to: text.endIndex, by: 2) {
      guard let high = value(text[index]), let low = value(text[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
