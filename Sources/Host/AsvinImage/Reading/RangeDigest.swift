import AsvinHost
import AsvinCrypto
import AsvinManifest

extension ImageSource {
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
