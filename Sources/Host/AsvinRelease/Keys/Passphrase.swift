import AsvinHost
import AsvinBundle

extension Environment {
  /// The length limit in bytes of a passphrase that OpenSSL can open a key with.
  private static let longestPassphrase = 1024

  /// Returns the passphrase of an existing key: from the passphrase file, from `ASVIN_PACK_PASSPHRASE`, or from the user.
  func passphrase(for name: String) throws(Failure) -> [UInt8]? {
    try givenPassphrase() ?? askPassphrase("passphrase for '\(name)'")
  }

  /// Returns the passphrase of a new key. The user is asked twice, because a key with a mistyped passphrase cannot be opened.
  func newPassphrase(for name: String) throws(Failure) -> [UInt8] {
    var passphrase = try givenPassphrase()
    if passphrase == nil, let answer = askPassphrase("new passphrase for '\(name)'") {
      guard askPassphrase("the same passphrase again") == answer else {
        throw Failure(.notAllowed, "the two passphrases differ, and no key was made", hint: "run it again")
      }
      passphrase = answer
    }
    guard let passphrase, !passphrase.isEmpty else {
      throw Failure(
        .notAllowed, passphrase == nil ? "no passphrase is given" : "the passphrase is empty",
        hint: "set ASVIN_PACK_PASSPHRASE, or use --passphrase-file")
    }
    guard passphrase.count <= Self.longestPassphrase else {
      throw Failure(
        .notAllowed, "the passphrase has more than \(Self.longestPassphrase) bytes, and would not open the key",
        hint: "choose a shorter one")
    }
    return passphrase
  }

  private func givenPassphrase() throws(Failure) -> [UInt8]? {
    if let passphraseFile {
      let bytes = try smallInput(passphraseFile, limit: 4096)
      return Array(bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }
    return variables["ASVIN_PACK_PASSPHRASE"].map { Array($0.utf8) }
  }
}
