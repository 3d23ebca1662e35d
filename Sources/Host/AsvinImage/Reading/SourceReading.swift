import AsvinCrypto
import AsvinHost
import AsvinManifest

extension ByteSource {
  /// Exactly `count` bytes, or `nil` if the file ends before them.
  func bytes(at offset: UInt64, count: Int) throws(ImageError) -> [UInt8]? {
    guard offset <= size, size - offset >= UInt64(count) else { return nil }
    let bytes: [UInt8]
    do { bytes = try read(at: offset, count: count) } catch {
      throw ImageError(.unreadable, at: offset, cause: error)
    }
    // The source is shorter than its count: the file shrank while it was read.
    guard bytes.count == count else { throw ImageError(.unreadable, at: offset) }
    return bytes
  }

  /// A structure of exactly `count` bytes, or `nil` if the file ends inside it.
  func fields(at offset: UInt64, count: Int, isBigEndian: Bool = false) throws(ImageError) -> Fields? {
    guard let bytes = try bytes(at: offset, count: count) else { return nil }
    return Fields(bytes, isBigEndian: isBigEndian)
  }

  /// At most `count` bytes at an offset; fewer if the file ends before that.
  func prefix(_ count: Int, at offset: UInt64 = 0) throws(ImageError) -> [UInt8] {
    guard offset < size else { return [] }
    return try bytes(at: offset, count: Int(min(UInt64(count), size - offset))) ?? []
  }

  /// The byte at an offset, or `nil` past the end.
  func byte(at offset: UInt64) throws(ImageError) -> UInt8? { try bytes(at: offset, count: 1)?.first }

  /// SHA-256 of a range of the file, in hex.
  ///
  /// - Throws: `truncated`, `unreadable`.
  func sha256(of range: Range<UInt64>) throws(ImageError) -> String {
    var hash = SHA256()
    var pieces = PieceReader(range, of: self)
    while let piece = try pieces.next() { hash.update(piece) }
    let digest = hash.finish()
    return hexadecimal((0..<32).map { digest[$0] })
  }
}
