import AsvinCrypto

/// A file that pages name: the stylesheet, the script and the icon. Its address contains its digest, so that a browser may
/// keep it for ever and a new version of the program is seen at once.
package struct PageAsset: Sendable {
  package let name: String
  package let mediaType: String
  package let bytes: [UInt8]
  /// The first bytes of the digest in hexadecimal.
  package let mark: String

  private init(_ name: String, _ mediaType: String, _ bytes: [UInt8]) {
    (self.name, self.mediaType, self.bytes) = (name, mediaType, bytes)
    mark = String(SHA256.digest(of: bytes.span).hexadecimal.prefix(16))
  }

  package static let style = PageAsset("style.css", "text/css; charset=utf-8", PageResources.style)
  package static let script = PageAsset("script.js", "text/javascript; charset=utf-8", PageResources.script)
  package static let icon = PageAsset("icon.svg", "image/svg+xml", PageResources.icon)
  package static let all = [style, script, icon]

  /// The address of the file below that of the pages.
  package var path: String { "/\(mark)/\(name)" }
}
