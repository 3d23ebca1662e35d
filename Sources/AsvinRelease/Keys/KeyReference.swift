import AsvinBundle
public import AsvinCrypto
public import AsvinVerifier

/// Where a key is: a path, or `env://NAME` for a variable that holds PEM.
public struct KeyReference: Sendable {
  /// The reference as it was written.
  public let text: String
  private let folder: String

  /// A reference; a relative path starts from a folder.
  public init(_ text: String, from folder: String) {
    self.text = text
    self.folder = folder
  }

  /// The private key that it names, opened with the passphrase of the surroundings where it has one.
  ///
  /// - Throws: ``Failure``.
  public func privateKey(in surroundings: Surroundings) throws(Failure) -> PrivateKey {
    let pem = try pem(in: surroundings)
    do throws(CryptoError) {
      return try PrivateKey(pem: pem, passphrase: nil)
    } catch {
      guard error == .needsPassphrase, let passphrase = try surroundings.passphrase(for: text) else {
        throw Failure(error, on: text)
      }
      do throws(CryptoError) {
        return try PrivateKey(pem: pem, passphrase: passphrase)
      } catch {
        throw Failure(error, on: text)
      }
    }
  }

  /// The public key that it names.
  ///
  /// - Throws: ``Failure``.
  public func publicKey(in surroundings: Surroundings) throws(Failure) -> PublicKey {
    let pem = try pem(in: surroundings)
    do throws(CryptoError) {
      return try PublicKey(pem: pem)
    } catch {
      throw Failure(error, on: text)
    }
  }

  private func pem(in surroundings: Surroundings) throws(Failure) -> [UInt8] {
    if text.hasPrefix("env://") {
      let name = String(text.dropFirst("env://".count))
      guard let value = surroundings.variables[name], !value.isEmpty else {
        throw Failure(.inputMissing, "the variable '\(name)' is not set", hint: "it must hold the key as PEM text")
      }
      return Array(value.utf8)
    }
    if let scheme = ["pkcs11:", "exec://"].first(where: { text.hasPrefix($0) }) {
      throw Failure(.usage, "keys by '\(scheme)' are not supported yet", hint: "give a path, or env://NAME")
    }
    return try readSmallFile(Surroundings.path(text, from: folder), limit: 1 << 16)
  }
}

/// All of a file that must be small, such as a key or a project file.
func readSmallFile(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
  let size: UInt64
  do throws(FileError) {
    let file = try InputFile(path)
    size = file.count
    if size <= UInt64(limit) { return try file.read(at: 0, count: limit) }
  } catch {
    throw Failure(error)
  }
  throw Failure(.rejected, "'\(path)' has \(size) bytes, more than the \(limit) it may have")
}

extension Surroundings {
  /// The passphrase: from `ASVIN_PACK_PASSPHRASE`, from the file that was named, or from a person.
  func passphrase(for name: String) throws(Failure) -> [UInt8]? {
    if let passphraseFile {
      let bytes = try readSmallFile(Surroundings.path(passphraseFile, from: folder), limit: 1024)
      return Array(bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }
    if let variable = variables["ASVIN_PACK_PASSPHRASE"] { return Array(variable.utf8) }
    return askPassphrase("passphrase for '\(name)'")
  }
}
