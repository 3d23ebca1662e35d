package import AsvinVerifier

/// Something that makes signatures: a key in a file, and later one in hardware.
package protocol Signer: Sendable {
  /// The public half, which verifies what this signs.
  var publicKey: PublicKey { get }

  /// A 64-byte signature over a message.
  ///
  /// - Throws: ``CryptoError`` where the key cannot sign.
  func signature(of message: [UInt8]) throws(CryptoError) -> [UInt8]
}
