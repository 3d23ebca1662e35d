import AsvinPlatformAPI
import AsvinPlatformPages
import HTTPTypes
import Hummingbird
import NIOCore

enum PageReply {
  /// Scripts, styles and pictures come from this server alone, and no other site shows a page in a frame.
  private static let policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    + "frame-ancestors 'none'; base-uri 'none'"

  /// The fields of every reply of the pages.
  static func protect(_ response: inout Response) {
    response.headers[.contentSecurityPolicy] = policy
    response.headers[.xContentTypeOptions] = "nosniff"
    response.headers[.frameOptions] = "DENY"
    // The address of an invitation is a secret, which no other site may see.
    response.headers[.referrerPolicy] = "same-origin"
    response.headers[.openerPolicy] = "same-origin"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
  }

  static func html(_ text: String, _ catalog: PageCatalog, status: HTTPResponse.Status = .ok) -> Response {
    var response = Reply.bytes(Array(text.utf8), "text/html; charset=utf-8", status: status)
    response.headers[.contentLanguage] = catalog.language.rawValue
    response.headers[.vary] = "Cookie, Accept-Language"
    return response
  }

  /// Sends the browser to another page of the pages. The path is made by the program and never by a client.
  static func redirect(to path: String) -> Response {
    Response(status: .seeOther, headers: [.location: ConsolePages.root + path])
  }

  /// A file whose address changes with its content.
  static func asset(_ asset: PageAsset) -> Response {
    var response = Reply.bytes(asset.bytes, asset.mediaType)
    response.headers[.cacheControl] = "public, max-age=31536000, immutable"
    return response
  }
}
