package import AsvinHost
import AsvinCrypto
import AsvinImage
package import AsvinManifest
import AsvinPlatformAPI

extension Firmware {
  /// An image, as IPFS and asvin identify it.
  package struct Content: Equatable, Sendable {
    package var size: UInt64
    /// SHA-256.
    package var digest: Digest
    /// MD5, with which asvin's clients check a download.
    package var md5: FixedBytes<16>
    /// The content id in IPFS.
    package var contentID: String
    /// The chip that the image names, such as `esp8266`; `nil` if it names none.
    package var chip: String?

    package init(size: UInt64, digest: Digest, md5: FixedBytes<16>, contentID: String, chip: String? = nil) {
      self.size = size
      self.digest = digest
      self.md5 = md5
      self.contentID = contentID
      self.chip = chip
    }
  }
}

extension Firmware.Content {
  /// Reads an image and computes its identifiers.
  ///
  /// - Throws: `FileError` if the image cannot be read.
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
      size: image.size, digest: hash.finish(), md5: md5.finish(), contentID: contentID.finish(),
      chip: Self.chip(of: image))
  }

  private static func chip(of image: any ByteSource) -> String? {
    guard image.size <= PlatformLimit.describedImageBytes else { return nil }
    // As asvin does, an image of an unknown format is served to every board.
    let description = try? ImageDescription(describing: image)  // an unknown format names no chip
    return description?.chip?.rawValue
  }
}
