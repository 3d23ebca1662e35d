package import AsvinHost
import FoundationEssentials

/// The user's tokens for platforms, in a file that only the user can read. A token in `ASVIN_PACK_TOKEN` takes precedence.
package struct Credentials: Sendable {
  /// The environment variable with the token of a build server.
  package static let variable = "ASVIN_PACK_TOKEN"

  private let path: String
  private let variables: [String: String]

  /// Locates the credentials by environment variables.
  package init(_ variables: [String: String]) {
    self.variables = variables
    path = "\(Self.folder(variables))/credentials.json"
  }

  /// The folder of the user's settings.
  static func folder(_ variables: [String: String]) -> String {
    let home = variables["HOME"] ?? "/"
    let base = variables["XDG_CONFIG_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(home)/.config"
    return "\(base)/asvin-pack"
  }

  /// The platforms with a stored token.
  ///
  /// - Throws: ``Failure``.
  package func addresses() throws(Failure) -> [String] { try stored().keys.sorted() }

  /// Removes the token of a platform.
  ///
  /// - Returns: whether there was one.
  /// - Throws: ``Failure``.
  package func remove(_ address: String) throws(Failure) -> Bool {
    var all = try stored()
    guard all.removeValue(forKey: Self.trimmed(address)) != nil else { return false }
    try Self.write(all, to: path)
    return true
  }

  /// Returns the token for a platform.
  ///
  /// - Throws: ``Failure`` if there is none.
  package func token(for address: String) throws(Failure) -> String {
    if let token = variables[Self.variable], !token.isEmpty {
      // A build server may append a newline.
      let trimmed = String(
        token.unicodeScalars.drop { $0.value <= 0x20 }.reversed().drop { $0.value <= 0x20 }.reversed().map(
          Character.init))
      guard !trimmed.isEmpty, trimmed.unicodeScalars.allSatisfy({ (0x21...0x7E).contains($0.value) }) else {
        throw Failure(
          .usage, "\(Self.variable) does not contain a token", hint: "set it to the token alone, without blanks")
      }
      return trimmed
    }
    guard let token = try stored()[Self.trimmed(address)] else {
      throw Failure(
        .notAllowed, "a token for \(address) is missing",
        hint: "set \(Self.variable), or run: asvin-pack login --to \(address)")
    }
    return token
  }

  /// Stores a token.
  ///
  /// - Parameter inputs: the files from which the token was read, which must not be replaced.
  /// - Throws: ``Failure``.
  package func keep(_ token: String, for address: String, inputs: InputLedger? = nil) throws(Failure) {
    var all = try stored()
    all[Self.trimmed(address)] = token
    try Self.write(all, to: path, inputs: inputs)
  }

  /// Replaces a file that only the user can read.
  static func write(_ content: some Encodable, to path: String, inputs: InputLedger? = nil) throws(Failure) {
    do {
      let folder = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let file = try OutputFile(path, permissions: 0o600, replacing: .existing, durability: .flushed, inputs: inputs)
      try file.write([UInt8](try encoder.encode(content)))
      try file.commit()
    } catch {
      throw Failure(error, on: path)
    }
  }

  private func stored() throws(Failure) -> [String: String] {
    do {
      let file = try InputFile(path)
      return try JSONDecoder().decode([String: String].self, from: Data(try file.read(at: 0, count: 1 << 20)))
    } catch let error as FileError where error.isMissing {
      return [:]
    } catch {
      throw Failure(.failed, "'\(path)' is damaged and cannot be read", hint: "remove it, and log in again")
    }
  }

  static func trimmed(_ address: String) -> String {
    String(address.reversed().drop { $0 == "/" }.reversed())
  }
}
