package import FoundationEssentials

/// What a device is to sign.
package struct ChallengeReply: Codable, Equatable, Sendable {
  /// Good for one login
  package var nonce: Data
  /// From when on it is no longer good
  package var expires: Int64

  /// ChallengeReply of its parts.
  package init(nonce: Data, expires: Int64) {
    self.nonce = nonce
    self.expires = expires
  }
}

extension ChallengeReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("nonce", .bytes(32), "Good for one login"),
      Property("expires", .time, "From when on it is no longer good"),
    ])
  }
}

/// A login with a key of its own.
package struct LoginRequest: Codable, Equatable, Sendable {
  /// The workspace
  package var workspace: Int64
  /// The device
  package var device: Int64
  /// The nonce of a challenge
  package var nonce: Data
  /// Over asvin-platform-login, a zero byte, the nonce, and both ids in decimal with a / between them
  package var signature: Data

  /// LoginRequest of its parts.
  package init(workspace: Int64, device: Int64, nonce: Data, signature: Data) {
    self.workspace = workspace
    self.device = device
    self.nonce = nonce
    self.signature = signature
  }
}

extension LoginRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("workspace", .integer(1...9_007_199_254_740_991), "The workspace"),
      Property("device", .integer(1...9_007_199_254_740_991), "The device"),
      Property("nonce", .bytes(32), "The nonce of a challenge"),
      Property(
        "signature", .bytes(64),
        "Over asvin-platform-login, a zero byte, the nonce, and both ids in decimal with a / between them"),
    ])
  }
}

/// Access for ten minutes.
package struct LoginReply: Codable, Equatable, Sendable {
  /// A bearer token
  package var token: String
  /// From when on it is no longer good
  package var expires: Int64

  /// LoginReply of its parts.
  package init(token: String, expires: Int64) {
    self.token = token
    self.expires = expires
  }
}

extension LoginReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("token", .anyText, "A bearer token"),
      Property("expires", .time, "From when on it is no longer good"),
    ])
  }
}
