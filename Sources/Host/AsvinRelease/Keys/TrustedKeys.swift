import AsvinHost
import AsvinVerifier

extension [KeyReference] {
  /// Reads the trusted public keys. A duplicate key counts once.
  ///
  /// - Throws: ``Failure`` for a key that cannot be read, and if fewer keys are trusted than must have signed.
  func trustedKeys(threshold: Int, in environment: Environment) throws(Failure) -> [PublicKey] {
    var keys: [PublicKey] = []
    for reference in self {
      let key = try reference.publicKey(in: environment)
      if !keys.contains(key) { keys.append(key) }
    }
    guard threshold >= 1, threshold <= keys.count else {
      let given = keys.count == 1 ? "1 key is" : "\(keys.count) different keys are"
      throw Failure(
        .usage, "\(threshold) keys cannot have signed, because \(given) trusted",
        hint: "give --threshold 1 to \(keys.count), or more keys with --trust")
    }
    return keys
  }
}
