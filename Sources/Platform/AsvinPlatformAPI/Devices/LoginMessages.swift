package import FoundationEssentials

/// A nonce that a device signs to log in.
package struct ChallengeReply: Codable, Equatable, Sendable {
  package var nonce: Data
  package var expires: Int64

  package init(nonce: Data, expires: Int64) {
    self.nonce = nonce
    self.expires = expires
  }
}

extension ChallengeReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "nonce", .bytes(32), "A nonce that is valid for one login, or for the requests of one symmetric key", key: 1),
      Property("expires", .time, "When it expires", key: 2),
    ])
  }
}

/// A login with the device's own key.
package struct LoginRequest: Codable, Equatable, Sendable {
  package var workspace: Int64
  package var device: Int64
  package var nonce: Data
  package var signature: Data

  package init(workspace: Int64, device: Int64, nonce: Data, signature: Data) {
    self.workspace = workspace
    self.device = device
    self.nonce = nonce
    self.signature = signature
  }
}

extension LoginRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("workspace", .id, "The workspace's id"),
      Property("device", .id, "The device's id"),
      Property("nonce", .bytes(32), "The nonce of a challenge"),
      Property(
        "signature", .bytes(64),
        "The key's signature over asvin-platform-login, a zero byte, the nonce, and both ids in decimal with a / between them"
      ),
    ])
  }
}

/// A token that is valid for ten minutes.
package struct LoginReply: Codable, Equatable, Sendable {
  package var token: String
  package var expires: Int64

  package init(token: String, expires: Int64) {
    self.token = token
    self.expires = expires
  }
}

extension LoginReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("token", .anyText, "A bearer token"),
      Property("expires", .time, "When it expires"),
    ])
  }
}
