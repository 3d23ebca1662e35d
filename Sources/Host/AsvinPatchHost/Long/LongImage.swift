import AsvinCrypto
import AsvinManifest

/// An image that is read in parts, because it may be too long for the memory.
package struct LongImage {
  /// Bytes in all.
  package let count: Int
  private let read: (_ offset: Int, _ count: Int) throws -> [UInt8]

  /// Creates an image from its size in bytes and a function that reads it.
  package init(count: Int, read: @escaping (_ offset: Int, _ count: Int) throws -> [UInt8]) {
    (self.count, self.read) = (count, read)
  }

  /// The bytes of a range that lies within it.
  ///
  /// - Throws: ``DeltaError/imageChanged`` where it has become shorter, and what reading throws.
  package func bytes(_ range: Range<Int>) throws -> [UInt8] {
    let bytes = try read(range.lowerBound, range.count)
    guard bytes.count == range.count else { throw DeltaError.imageChanged }
    return bytes
  }

  /// Ranges of a fixed length, in order. The last one may be shorter.
  package func ranges(of length: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: length).map { $0..<min($0 + length, count) }
  }

  /// The first four bytes of its SHA-256.
  package func hint() throws -> UInt32 {
    var hash = SHA256()
    for range in ranges(of: 1 << 20) { hash.update(try bytes(range)) }
    return hash.finish().hint
  }
}

extension Digest {
  /// The first four bytes.
  package var hint: UInt32 { (0..<4).reduce(0) { $0 << 8 | UInt32(self[$1]) } }
}
