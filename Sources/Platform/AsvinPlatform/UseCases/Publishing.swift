package import AsvinHost
import AsvinCrypto
import AsvinImage

extension Firmware.Content {
  /// What IPFS and asvin call an image, and the chip that it names.
  ///
  /// - Throws: `FileError` where it cannot be read.
  package init(of image: any ByteSource) throws {
    var md5 = MD5()
    var contentID = ContentID()
    var hash = SHA256()
    try image.forEachPiece { piece in
      md5.update(piece.span)
      contentID.update(piece.span)
      hash.update(piece)
    }
    self.init(
      size: image.count, digest: hash.finish(), md5: md5.finish(), contentID: contentID.finish(),
      chip: Self.chip(of: image))
  }

  /// Bytes of the largest image whose chip matters: no board of asvin's clients has more flash.
  private static let largestNamed: UInt64 = 1 << 24

  private static func chip(of image: any ByteSource) -> String? {
    guard image.count <= largestNamed else { return nil }
    // An image that cannot be read as one of a chip names none: it is served to every board, as asvin does.
    let description = try? ImageDescription(describing: ImageBytes(source: image))  // see above
    return description?.chip?.rawValue
  }
}

/// An image, for what describes it.
private struct ImageBytes: ImageSource {
  let source: any ByteSource

  var count: UInt64 { source.count }
  func read(at offset: UInt64, count: Int) throws -> [UInt8] { try source.read(at: offset, count: count) }
}
