package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinVerifier

/// The forms in which a public key is printed or written.
package enum PublicKeyFormat: String, CaseIterable, Sendable {
  /// SubjectPublicKeyInfo in PEM (RFC 7468).
  case pem
  /// An initializer of `asvin_key` in the C header.
  case c
  /// The point in hexadecimal digits: 64 for Ed25519, 128 for P-256 (X, then Y).
  case hex
  /// The bytes of the point: 32 for Ed25519, 64 for P-256 (X, then Y).
  case raw

  /// The key in this form.
  ///
  /// - Throws: `CryptoError` for a key that is not a point of the curve.
  func bytes(of key: PublicKey) throws(CryptoError) -> [UInt8] {
    // Also finds a key that is not a point of the curve.
    let pem = try key.pem()
    return switch self {
    case .pem: pem
    case .c: Array("\(CInitializer(of: key).text)\n".utf8)
    case .hex: Array("\(hexadecimal(key.array))\n".utf8)
    case .raw: key.array
    }
  }
}

extension PublicKey {
  /// The point.
  var array: [UInt8] { withBytes { bytes in (0..<bytes.count).map { bytes[$0] } } }
}

/// Prints or writes the public half of a key.
package struct PublicHalf: Sendable {
  /// The key, private or public.
  package var key: KeyReference
  /// The path of the public key, or `nil` to print it.
  package var output: String?
  /// Whether an existing file is replaced.
  package var force: Bool
  package var format = PublicKeyFormat.pem

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
        try file.write(format.bytes(of: publicKey))
        try file.commit()
      }
      return try KeyReport(publicKey, privateFile: nil, publicFile: output, format: format)
    }
  }
}
