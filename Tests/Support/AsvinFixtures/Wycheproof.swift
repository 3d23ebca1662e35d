/// Project Wycheproof's signatures, in files of groups of cases.
public struct Wycheproof: Decodable {
  /// The cases of one key.
  public struct Group: Decodable {
    /// The key.
    public let publicKeyPem: String
    /// Its cases.
    public let tests: [Case]
  }

  /// A message and what may be its signature.
  public struct Case: Decodable {
    /// The case's number.
    public let tcId: Int
    /// The message.
    public let msg: String
    /// The signature.
    public let sig: String
    /// `valid`, `invalid` or `acceptable`.
    public let result: String
  }

  /// Where the files are, beside the project.
  public static let folder = "vectors/wycheproof"

  /// The groups.
  public let testGroups: [Group]

  /// A file's groups.
  public static func groups(_ name: String) throws -> [Group] {
    try Shared.json("\(folder)/\(name)", as: Wycheproof.self).testGroups
  }
}
