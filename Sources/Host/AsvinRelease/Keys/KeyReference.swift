package import AsvinHost
import AsvinBundle
package import AsvinCrypto
package import AsvinVerifier

/// The place of a key: a path, or `env://NAME` for a variable that holds PEM.
package struct KeyReference: Sendable {
  /// The reference as the user wrote it.
  package let text: String
  private let folder: String

  /// Creates a reference. A relative path starts from the folder.
  package init(_ text: String, from folder: String) {
    self.text = text
    self.folder = folder
  }

  /// Reads the private key, with the passphrase of the environment if the key is encrypted.
  ///
  /// - Throws: ``Failure``.
  package func privateKey(in environment: Environment) throws(Failure) -> PrivateKey {
    let (pem, isOpenToAll) = try pem(in: environment)
    return try privateKey(pem, isOpenToAll: isOpenToAll, in: environment)
  }

  private func privateKey(
    _ pem: [UInt8], isOpenToAll: Bool, in environment: Environment
  ) throws(Failure) -> PrivateKey {
    let key = try privateKey(pem, in: environment)
    if isOpenToAll {
      environment.warn("every user of this machine can read or change the private key '\(text)': chmod 600 '\(text)'")
    }
    return key
  }

  private func privateKey(_ pem: [UInt8], in environment: Environment) throws(Failure) -> PrivateKey {
    do throws(CryptoError) {
      return try PrivateKey(pem: pem, passphrase: nil)
    } catch {
      guard error == .needsPassphrase, let passphrase = try environment.passphrase(for: text) else {
        throw failure(error, pem)
      }
      do throws(CryptoError) {
        return try PrivateKey(pem: pem, passphrase: passphrase)
      } catch {
        throw failure(error, pem)
      }
    }
  }

  /// Reads the public key.
  ///
  /// - Throws: ``Failure``.
  package func publicKey(in environment: Environment) throws(Failure) -> PublicKey {
    try publicKey(pem(in: environment).bytes)
  }

  private func publicKey(_ pem: [UInt8]) throws(Failure) -> PublicKey {
    do throws(CryptoError) {
      return try PublicKey(pem: pem)
    } catch {
      throw failure(error, pem)
    }
  }

  /// Reads the public half of a private or public key.
  func eitherHalf(in environment: Environment) throws(Failure) -> PublicKey {
    // The bytes are read once, because a pipe can be read only once.
    let (pem, isOpenToAll) = try pem(in: environment)
    do throws(Failure) {
      return try publicKey(pem)
    } catch {
      guard error.kind == .usage else { throw error }
      return try privateKey(pem, isOpenToAll: isOpenToAll, in: environment).publicKey
    }
  }

  /// The public half, if it can be read without asking for a passphrase.
  func readyPublicKey(in environment: Environment) -> PublicKey? {
    guard let pem = try? pem(in: environment).bytes else { return nil }  // a key that is not there has no half
    if let key = try? PublicKey(pem: pem) { return key }  // it may be private
    return try? PrivateKey(pem: pem, passphrase: nil).publicKey  // it may be encrypted, or no key
  }

  private func failure(_ error: CryptoError, _ bytes: [UInt8]) -> Failure {
    let half: KeyText.Half? =
      switch error {
      case .notAPrivateKey: .privateKey
      case .notAPublicKey: .publicKey
      default: nil
      }
    guard let half, let text = KeyText(bytes, named: self.text, wanting: half) else {
      return Failure(error, on: self.text)
    }
    return Failure(.rejected, "'\(self.text)' is \(text.what)", hint: text.hint)
  }

  private func pem(in environment: Environment) throws(Failure) -> (bytes: [UInt8], isOpenToAll: Bool) {
    if text.hasPrefix("env://") {
      let name = String(text.dropFirst("env://".count))
      guard let value = environment.variables[name], !value.isEmpty else {
        throw Failure(.inputMissing, "the variable '\(name)' is not set", hint: "it must hold the key as PEM text")
      }
      return (Array(value.utf8), false)
    }
    if let scheme = ["pkcs11:", "exec://", "awskms:", "gcpkms:", "azurekms:"].first(where: { text.hasPrefix($0) }) {
      throw Failure(.usage, "keys by '\(scheme)' are not supported yet", hint: "give a path, or env://NAME")
    }
    let path = Environment.path(text, from: folder)
    return try environment.keyInput(path)
  }
}
