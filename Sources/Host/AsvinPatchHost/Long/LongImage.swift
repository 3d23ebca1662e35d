import AsvinCrypto
package import AsvinHost
import AsvinManifest

/// An image that is read in parts, because it may be too long for the memory.
package struct LongImage {
  /// The size in bytes.
  package let count: Int
  private let source: any ByteSource

  package init(_ source: any ByteSource) { (count, self.source) = (Int(clamping: source.size), source) }

  /// The bytes of a range that lies within it.
  ///
  /// - Throws: ``DeltaError/imageChanged`` if the image has become shorter, and what reading throws.
  package func bytes(_ range: Range<Int>) throws -> [UInt8] {
    let bytes = try source.read(at: UInt64(range.lowerBound), count: range.count)
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
