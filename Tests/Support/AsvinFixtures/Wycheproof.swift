/// Project Wycheproof's signatures, in files of groups of cases.
package struct Wycheproof: Decodable {
  /// The cases of one key.
  package struct Group: Decodable {
    /// The key.
    package let publicKeyPem: String
    /// Its cases.
    package let tests: [Case]
  }

  /// A message and what may be its signature.
  package struct Case: Decodable {
    /// The case's number.
    package let tcId: Int
    /// The message.
    package let msg: String
    /// The signature.
    package let sig: String
    /// `valid`, `invalid` or `acceptable`.
    package let result: String
  }

  /// Where the files are, beside the project.
  package static let folder = "vectors/wycheproof"

  /// The groups.
  package let testGroups: [Group]

  /// A file's groups.
  package static func groups(_ name: String) throws -> [Group] {
    try Shared.json("\(folder)/\(name)", as: Wycheproof.self).testGroups
  }
}
