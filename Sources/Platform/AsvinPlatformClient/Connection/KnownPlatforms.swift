package import AsvinHost
import FoundationEssentials

/// The platforms to which the user has logged in: the default one, and the certificates that each is trusted with. The file
/// is beside the tokens, and only the user can read it.
package struct KnownPlatforms: Sendable {
  private struct Content: Codable {
    var standard: String?
    /// Certificates in PEM by address.
    var authorities: [String: String] = [:]
  }

  private let path: String
  private let hasToken: Bool

  /// Locates the file by environment variables.
  package init(_ variables: [String: String]) {
    path = "\(Credentials.folder(variables))/platforms.json"
    hasToken = variables[Credentials.variable] != nil
  }

  /// The platform of the last login; `nil` if a variable has a token, because that token is for another platform perhaps.
  ///
  /// - Throws: ``Failure``.
  package func standard() throws(Failure) -> String? { hasToken ? nil : try stored().standard }

  /// The certificates in PEM with which a platform is trusted; `nil` for those of the system.
  ///
  /// - Throws: ``Failure``.
  package func authorities(of address: String) throws(Failure) -> [UInt8]? {
    try stored().authorities[Credentials.trimmed(address)].map { Array($0.utf8) }
  }

  /// Makes a platform the default one.
  ///
  /// - Throws: ``Failure``.
  package func remember(_ address: String, authorities: [UInt8]?) throws(Failure) {
    var content = try stored()
    content.standard = Credentials.trimmed(address)
    content.authorities[Credentials.trimmed(address)] = authorities.map { String(decoding: $0, as: UTF8.self) }
    try keep(content)
  }

  /// Forgets a platform. No other one becomes the default.
  ///
  /// - Throws: ``Failure``.
  package func forget(_ address: String) throws(Failure) {
    var content = try stored()
    content.authorities[Credentials.trimmed(address)] = nil
    if content.standard == Credentials.trimmed(address) { content.standard = nil }
    try keep(content)
  }

  private func stored() throws(Failure) -> Content {
    guard FileSystem.exists(path) else { return Content() }
    do {
      return try JSONDecoder().decode(Content.self, from: Data(try InputFile(path).all(limit: 1 << 20)))
    } catch {
      throw Failure(.failed, "'\(path)' is damaged and cannot be read", hint: "remove it, and log in again")
    }
  }

  private func keep(_ content: Content) throws(Failure) { try Credentials.write(content, to: path) }
}
