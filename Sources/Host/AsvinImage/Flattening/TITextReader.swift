import AsvinHost

/// Reads a TI-TXT file, as the tools for MSP430 write it (SLAU131, "The TI-TXT Hex Format"): `@` and an address, lines
/// of bytes in hex, and `q` at the end.
enum TITextReader {
  /// The data of a complete file.
  ///
  /// - Throws: `malformedRecord`, `missingEnd`, `trailingBytes`, `addressOverflow`, `overLimit`, `unreadable`.
  static func memory(of source: some ByteSource) throws(ImageError) -> FlatMemory {
    var memory = FlatMemory()
    var lines = try TextLineReader(source)
    var address: UInt64?
    var hasEnded = false
    while let line = try lines.next() {
      if hasEnded {
        guard line.text.elementsEqual([0x1A]) else { throw line.error(.trailingBytes) }
        continue
      }
      if line.text.first == UInt8(ascii: "@") {
        guard let start = Self.address(line.text) else { throw line.error(.malformedRecord) }
        address = start
      } else if line.text.elementsEqual("q".utf8) || line.text.elementsEqual("Q".utf8) {
        hasEnded = true
      } else {
        guard let start = address, let bytes = Self.bytes(line.text) else { throw line.error(.malformedRecord) }
        guard start + UInt64(bytes.count) <= 0x1_0000_0000 else { throw line.error(.addressOverflow) }
        try memory.append(bytes, at: start, from: line.offset)
        address = start + UInt64(bytes.count)
      }
    }
    guard hasEnded else { throw ImageError(.missingEnd, at: source.size) }
    return memory
  }

  /// The address of a line that starts a section; `nil` for any other line.
  static func address(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard text.first == UInt8(ascii: "@"), (2...9).contains(text.count) else { return nil }
    var address: UInt64 = 0
    for character in text.dropFirst() {
      guard let digit = HexDigits.value(character) else { return nil }
      address = address << 4 | UInt64(digit)
    }
    return address
  }

  /// The bytes of a line; `nil` for text other than pairs of digits with blanks between them.
  static func bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    for pair in text.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) {
      guard pair.count == 2, let byte = HexDigits.bytes(pair) else { return nil }
      bytes += byte
    }
    return bytes
  }
}
