package import AsvinHost
import AsvinBundle
import AsvinCrypto
package import AsvinManifest
package import AsvinVerifier

/// Makes a key pair in two files.
package struct KeyGeneration: Sendable {
  /// The key's algorithm.
  package var algorithm: SignatureAlgorithm
  /// The path of the private key. The public key is written beside it.
  package var output: String
  /// Whether to encrypt the private key even if no passphrase is set. The user is then asked for one.
  package var encrypted: Bool

  package init(algorithm: SignatureAlgorithm, output: String, encrypted: Bool) {
    self.algorithm = algorithm
    self.output = output
    self.encrypted = encrypted
  }

  /// Writes the two files, which must not exist. After a failure, neither exists.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws -> KeyReport {
    let environment = environment.oneRun()
    guard !FileIdentity.isStandardOutput(output) else {
      throw Failure(.usage, "a private key is not written to standard output", hint: "give a file with -o KEY.pem")
    }
    let wantsPassphrase =
      encrypted || environment.passphraseFile != nil || environment.variables["ASVIN_PACK_PASSPHRASE"] != nil
    let passphrase = wantsPassphrase ? try environment.newPassphrase(for: output) : nil
    let publicName = (output.hasSuffix(".pem") ? String(output.dropLast(4)) : output) + ".pub.pem"
    let path = Environment.path(output, from: environment.folder)
    let publicPath = Environment.path(publicName, from: environment.folder)
    do {
      let key = try PrivateKey.generate(algorithm)
      try write(key, passphrase: passphrase, to: path, publicPath, in: environment)
      if try InputFile(path).isOpenToAll {
        environment.warn("the file system lets every user of this machine read '\(output)': move it to another")
      }
      return try KeyReport(key.publicKey, privateFile: output, publicFile: publicName)
    } catch let error as FileError where error.isExisting {
      throw Failure(
        .cannotWrite, "'\(error.path)' exists, and a key is never written over a file", hint: "choose another name")
    } catch {
      throw Failure(error, on: output)
    }
  }

  /// Writes both files, or neither.
  private func write(
    _ key: PrivateKey, passphrase: [UInt8]?, to path: String, _ publicPath: String, in environment: Environment
  ) throws {
    let privateFile = try OutputFile(path, permissions: 0o600, durability: .flushed, inputs: environment.inputs)
    let publicFile = try OutputFile(publicPath, durability: .flushed, inputs: environment.inputs)
    let pem = try key.pem(passphrase: passphrase)
    // A key that cannot be opened must be detected here.
    guard try PrivateKey(pem: pem, passphrase: passphrase).publicKey == key.publicKey else {
      throw Failure(.failed, "the private key does not read back as it was made", hint: "report this as a defect")
    }
    try privateFile.write(pem)
    try publicFile.write(key.publicKey.pem())
    try Self.commit(privateFile, publicFile)
  }

  /// Makes both files appear, the public key first, so that a private key never exists without it.
  static func commit(_ privateFile: OutputFile, _ publicFile: OutputFile) throws(FileError) {
    try publicFile.commit()
    do throws(FileError) {
      try privateFile.commit()
    } catch {
      try publicFile.withdraw()
      throw error
    }
  }
}

/// A public key and its file.
package struct KeyReport: Encodable, Sendable {
  /// `ed25519` or `ecdsa-p256`.
  package let algorithm: String
  /// The key id, 16 hexadecimal digits.
  package let keyID: String
  /// The file of the private key, if one was made.
  package let privateKey: String?
  /// The file of the public key, if one was written.
  package let publicKey: String?
  /// The public key as PEM.
  package let pem: String
  /// The public key in the form that was asked for; `nil` if that is PEM or bytes.
  package let text: String?

  /// A report of a key.
  ///
  /// - Throws: `CryptoError` for a key that is not a point of the curve.
  package init(
    _ key: PublicKey, privateFile: String?, publicFile: String?, format: PublicKeyFormat = .pem
  ) throws {
    algorithm = key.algorithm.name
    keyID = key.keyID(using: OpenSSL()).hexadecimal
    privateKey = privateFile
    publicKey = publicFile
    pem = String(decoding: try key.pem(), as: UTF8.self)
    text =
      switch format {
      case .pem, .raw: nil
      case .c, .hex: String(decoding: try format.bytes(of: key), as: UTF8.self)
      }
  }
}

extension SignatureAlgorithm {
  /// The name on the command line and in JSON.
  package var name: String {
    switch self {
    case .ed25519: "ed25519"
    case .ecdsaP256: "ecdsa-p256"
    }
  }

  /// The short name that the command line shows.
  package var shortName: String {
    switch self {
    case .ed25519: "ed25519"
    case .ecdsaP256: "p256"
    }
  }

  package init?(name: String) {
    guard let algorithm = SignatureAlgorithm.allCases.first(where: { $0.name == name || $0.shortName == name }) else {
      return nil
    }
    self = algorithm
  }
}
