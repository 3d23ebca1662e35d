package import FoundationEssentials

/// A device's request to authenticate itself with another key from now on.
package struct NewKeyRequest: Codable, Equatable, Sendable {
  package var key: Data
  package var nonce: Data
  package var presentProof: Data
  package var newProof: Data

  package init(key: Data, nonce: Data, presentProof: Data, newProof: Data) {
    (self.key, self.nonce, self.presentProof, self.newProof) = (key, nonce, presentProof, newProof)
  }
}

extension NewKeyRequest: Described {
  package static var schema: MessageSchema {
    let message =
      "signature over asvin-platform-new-key, a zero byte, the ids of the workspace and of the device in eight bytes each, the nonce, the present public key and the new public key"
    return .object([
      Property("key", .bytes(32), "The new public key, Ed25519"),
      Property("nonce", .bytes(32), "The nonce of a challenge"),
      Property("presentProof", .bytes(64), "The present key's \(message)"),
      Property("newProof", .bytes(64), "The new key's \(message)"),
    ])
  }
}
