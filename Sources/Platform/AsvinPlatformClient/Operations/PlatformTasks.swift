package import AsvinHost
package import AsvinPlatformAPI

/// Calls to a platform from a program that waits for the answers.
package struct PlatformTasks: Sendable {
  private let address: String
  private let token: String
  private let authorities: [UInt8]?

  package init(address: String, token: String, authorities: [UInt8]? = nil) {
    (self.address, self.token, self.authorities) = (address, token, authorities)
  }

  /// Runs a body with a connection and waits for it.
  ///
  /// - Throws: ``Failure``.
  package func run<Result: Sendable>(
    _ body: @escaping @Sendable (PlatformConnection) async throws -> Result
  ) throws(Failure) -> Result {
    try blocking { [self] in
      try await PlatformConnection.with(address, token: token, authorities: authorities, body)
    }
  }

  /// Returns the owner of the token.
  ///
  /// - Throws: ``Failure`` if the token is not valid.
  package func who() throws(Failure) -> WhoReply {
    try run { platform in try await platform.require(.get, "/manage/me", as: WhoReply.self) }
  }
}

extension PlatformConnection {
  /// Returns the key with which the platform's receipts and audit heads are verified, in PEM.
  ///
  /// - Throws: the errors of ``fetch(_:from:count:atMost:_:)``.
  package func receiptKey() async throws -> [UInt8] {
    var pem: [UInt8] = []
    try await fetch("/manage/receipt-key", atMost: 1 << 16) { pem += $0 }
    return pem
  }

  /// Sends a request whose reply must have content.
  ///
  /// - Throws: the errors of ``ask(_:_:_:as:)``.
  package func require<Reply: Decodable>(
    _ method: Method, _ path: String, _ body: (any Encodable & Sendable)? = nil, as type: Reply.Type
  ) async throws -> Reply {
    guard let reply = try await ask(method, path, body, as: type) else {
      throw Failure(
        .failed, "the reply of \(address)\(path) has no content",
        hint: "check that the address is that of an asvin-platform")
    }
    return reply
  }
}
