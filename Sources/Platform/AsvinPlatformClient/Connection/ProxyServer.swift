package import AsvinHost
import AsyncHTTPClient
import FoundationEssentials

/// An HTTP proxy between this machine and a platform.
package struct ProxyServer: Equatable, Sendable {
  package let host: String
  package let port: Int
  let user: String?
  let password: String?

  /// Parses `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`; the scheme may be absent.
  ///
  /// - Throws: ``Failure``.
  package init(_ text: String) throws(Failure) {
    let url = URL(string: text.contains("://") ? text : "http://\(text)")
    guard let url, url.scheme == "http", let host = url.host(), !host.isEmpty, ["", "/"].contains(url.path()) else {
      throw Failure(
        .usage, "'\(Self.hidden(text))' is not the address of a proxy", hint: "write it as http://HOST:PORT")
    }
    (self.host, port) = (host, url.port ?? 3128)
    (user, password) = (url.user(percentEncoded: false), url.password(percentEncoded: false))
  }

  /// Finds the proxy for a platform's address in environment variables: `https_proxy` or `HTTPS_PROXY` for `https://`,
  /// `http_proxy` for `http://`, and `no_proxy` or `NO_PROXY` for the hosts without one. The machine itself has none.
  ///
  /// - Throws: ``Failure`` for a proxy whose address is malformed.
  package static func find(for address: String, in variables: [String: String]) throws(Failure) -> ProxyServer? {
    guard let url = URL(string: address), let host = url.host()?.lowercased() else { return nil }
    let isLocal = host == "localhost" || host.hasPrefix("127.") || host == "::1" || host == "[::1]"
    // A web server passes the field Proxy of a request as HTTP_PROXY to programs, so that only the lower case counts.
    let names = url.scheme == "https" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
    guard !isLocal, let text = names.compactMap({ variables[$0] }).first(where: { !$0.isEmpty }) else { return nil }
    let exceptions = variables["no_proxy"] ?? variables["NO_PROXY"] ?? ""
    for part in exceptions.split(whereSeparator: { $0 == "," || $0 == " " }).map({ $0.lowercased() }) {
      let domain = part.hasPrefix(".") ? String(part.dropFirst()) : part
      if part == "*" || host == domain || host.hasSuffix(".\(domain)") { return nil }
    }
    return try ProxyServer(text)
  }

  var configuration: HTTPClient.Configuration.Proxy {
    guard let user else { return .server(host: host, port: port) }
    return .server(host: host, port: port, authorization: .basic(username: user, password: password ?? ""))
  }

  /// A text without the user and the password before the last `@`.
  private static func hidden(_ text: String) -> String {
    guard let at = text.lastIndex(of: "@") else { return text }
    return "…\(text[at...])"
  }
}
