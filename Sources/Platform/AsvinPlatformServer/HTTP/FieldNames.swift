import HTTPTypes

// The names are made once. To make one takes as long as to look it up in a header.
extension HTTPField.Name {
  /// The token of asvin's clients.
  static let accessToken = name("x-access-token")
  static let forwardedFor = name("X-Forwarded-For")
  /// The MD5 of a download, for the update library of an ESP8266.
  static let md5 = name("x-MD5")
  static let requestID = name("X-Request-Id")

  private static func name(_ text: StaticString) -> HTTPField.Name {
    guard let name = HTTPField.Name("\(text)") else { preconditionFailure("not the name of a field: \(text)") }
    return name
  }
}
