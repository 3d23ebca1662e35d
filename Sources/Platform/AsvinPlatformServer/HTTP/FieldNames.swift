import HTTPTypes

// The names are made once. To make one takes as long as to look it up in a header.
extension HTTPField.Name {
  /// The token of asvin's clients.
  static let accessToken = name("x-access-token")
  static let forwardedFor = name("X-Forwarded-For")
  static let forwardedProto = name("X-Forwarded-Proto")
  /// The site from which a browser sends a request (Fetch Metadata).
  static let fetchSite = name("Sec-Fetch-Site")
  static let clearSiteData = name("Clear-Site-Data")
  /// The code of a page in a request of its script.
  static let formCode = name("X-Form-Code")
  /// In a request that the script of a page sends by itself.
  static let pageRefresh = name("X-Page-Refresh")
  static let frameOptions = name("X-Frame-Options")
  static let referrerPolicy = name("Referrer-Policy")
  static let openerPolicy = name("Cross-Origin-Opener-Policy")
  /// The MD5 of a download, for the update library of an ESP8266.
  static let md5 = name("x-MD5")
  static let requestID = name("X-Request-Id")

  private static func name(_ text: StaticString) -> HTTPField.Name {
    guard let name = HTTPField.Name("\(text)") else { preconditionFailure("not the name of a field: \(text)") }
    return name
  }
}
