import AsvinBundle
import AsvinCrypto
import AsvinVerifier

/// Gives the public half of a key.
public struct PublicHalf: Sendable {
  /// The key: private, or public already.
  public var key: KeyReference
  /// A file for it.
  public var output: String?
  /// Whether an existing file is replaced.
  public var force: Bool

  /// The public half of a key.
  public init(key: KeyReference, output: String?, force: Bool) {
    self.key = key
    self.output = output
    self.force = force
  }

  /// Reads the key, and writes the file where one is wanted.
  ///
  /// - Throws: ``Failure``.
  public func run(in surroundings: Surroundings) throws(Failure) -> KeyReport {
    do {
      let publicKey = try read(in: surroundings)
      if let output {
        let file = try OutputFile(
          Surroundings.path(output, from: surroundings.folder), replacing: force ? .existing : .never,
          durability: .flushed)
        try file.write(publicKey.pem())
        try file.commit()
      }
      return try KeyReport(publicKey, privateFile: nil, publicFile: output)
    } catch {
      throw Failure(error, on: key.text)
    }
  }

  private func read(in surroundings: Surroundings) throws(Failure) -> PublicKey {
    do throws(Failure) {
      return try key.publicKey(in: surroundings)
    } catch {
      guard error.kind == .usage else { throw error }
      return try key.privateKey(in: surroundings).publicKey
    }
  }
}
