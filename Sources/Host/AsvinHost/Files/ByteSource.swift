/// Random access to bytes that do not change while they are read.
package protocol ByteSource {
  /// The number of all bytes.
  var size: UInt64 { get }

  /// The bytes at an offset; fewer than `count` only if the source ends there.
  ///
  /// - Throws: ``FileError`` if the system cannot read.
  func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8]
}

extension [UInt8]: ByteSource {
  package var size: UInt64 { UInt64(count) }

  package func read(at offset: UInt64, count: Int) -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let start = Int(offset)
    return [UInt8](self[start..<(start + Swift.min(count, self.count - start))])
  }
}

/// Bytes of a file that are read at once, so that memory does not grow with an image.
package let pieceBytes = 1 << 16

extension ByteSource {
  /// Calls the body with every byte, in order, in pieces of at most ``pieceBytes``.
  ///
  /// - Throws: ``FileError``, also if the source has fewer bytes than its count; and what the body throws.
  package func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
    var offset: UInt64 = 0
    while offset < size {
      let piece = try read(at: offset, count: pieceBytes)
      // Otherwise the rest of a source that ends early would be missing without an error.
      guard !piece.isEmpty else { throw FileError(.read, "the input", .changed) }
      try body(piece)
      offset += UInt64(piece.count)
    }
  }
}
