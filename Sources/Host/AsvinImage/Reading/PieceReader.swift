import AsvinHost

/// Reads a range of a file in pieces of at most 64 KiB.
struct PieceReader<Source: ByteSource> {
  static var pieceBytes: UInt64 { 65_536 }

  let source: Source
  private(set) var position: UInt64
  let end: UInt64

  init(_ range: Range<UInt64>, of source: Source) {
    self.source = source
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next piece, or `nil` after the last one.
  ///
  /// - Throws: `truncated` if the file ends before the range does, `unreadable`.
  mutating func next() throws(ImageError) -> [UInt8]? {
    guard position < end else { return nil }
    let count = min(end - position, Self.pieceBytes)
    guard let piece = try source.bytes(at: position, count: Int(count)) else {
      throw ImageError(.truncated, at: source.size)
    }
    position += count
    return piece
  }
}
