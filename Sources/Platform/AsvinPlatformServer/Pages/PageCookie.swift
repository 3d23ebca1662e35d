import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import Hummingbird

/// The secret of a browser: that of a session, or before the sign-in that of a visitor. It is in one cookie, and each form
/// has a code of it, so that another site can neither send a form nor choose the cookie that counts after the sign-in.
struct PageCookie: Sendable {
  let secret: String

  /// The name with the prefix that browsers accept only over TLS, for the complete host (RFC 6265bis §4.1.3).
  static func name(isSecure: Bool) -> String { isSecure ? "__Host-asvin" : "asvin" }

  static func new() -> PageCookie { PageCookie(secret: SecretText.new()) }

  private init(secret: String) { self.secret = secret }

  /// Reads the cookie of a request; `nil` if it is absent, or is not one that ``new()`` makes.
  init?(_ request: Request, isSecure: Bool) {
    guard let value = request.cookies[Self.name(isSecure: isSecure)]?.value, value.utf8.count == 64,
      value.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    secret = value
  }

  /// What the store has of a session.
  var digest: Digest { AccessSecret.digest(of: secret) }

  /// The code in forms.
  var formCode: String { AccessSecret.digest(of: "form \(secret)").hexadecimal }

  /// Whether a form has the code, in constant time.
  func isFormCode(_ text: String) -> Bool {
    guard let code = Digest(hexadecimal: text) else { return false }
    return MessageCode.isSame(code, AccessSecret.digest(of: "form \(secret)"))
  }

  /// Sets the cookie until the browser ends. A script cannot read it, and another site's form does not send it.
  func set(on response: inout Response, isSecure: Bool) {
    response.setCookie(
      Cookie(
        name: Self.name(isSecure: isSecure), value: secret, path: "/", secure: isSecure, httpOnly: true, sameSite: .lax)
    )
  }

  static func remove(from response: inout Response, isSecure: Bool) {
    response.setCookie(
      Cookie(
        name: name(isSecure: isSecure), value: "", maxAge: 0, path: "/", secure: isSecure, httpOnly: true,
        sameSite: .lax
      ))
  }
}
