package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinVerifier

/// Prints or writes the public half of a key.
package struct PublicHalf: Sendable {
  /// The key, private or public.
  package var key: KeyReference
  /// The path of the public key, or `nil` to print it.
  package var output: String?
  /// Whether an existing file is replaced.
  package var force: Bool

  package init(key: KeyReference, output: String?, force: Bool) {
    self.key = key
    self.output = output
    self.force = force
  }

  /// Reads the key, and writes the file if a path is given.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> KeyReport {
    let environment = environment.oneRun()
    return try explaining(key.text) {
      let publicKey = try key.eitherHalf(in: environment)
      if let output {
        let file = try environment.output(output, force: force, durability: .flushed)
        try file.write(publicKey.pem())
        try file.commit()
      }
      return try KeyReport(publicKey, privateFile: nil, publicFile: output)
    }
  }
}
