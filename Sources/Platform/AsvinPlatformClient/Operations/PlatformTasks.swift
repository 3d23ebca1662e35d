package import AsvinHost
package import AsvinPlatformAPI

/// Calls a platform, from a program that waits for the answer.
package struct PlatformTasks: Sendable {
  private let address: String
  private let token: String
  private let authorities: [UInt8]?

  /// Calls to a platform.
  package init(address: String, token: String, authorities: [UInt8]? = nil) {
    (self.address, self.token, self.authorities) = (address, token, authorities)
  }

  /// Runs a body with a connection, to its end.
  ///
  /// - Throws: ``Failure``.
  package func run<Result: Sendable>(
    _ body: @escaping @Sendable (PlatformConnection) async throws -> Result
  ) throws(Failure) -> Result {
    try waiting { [self] in
      try await PlatformConnection.with(address, token: token, authorities: authorities, body)
    }
  }

  /// Whose token it is.
  ///
  /// - Throws: ``Failure`` where it is not good.
  package func who() throws(Failure) -> WhoReply {
    try run { platform in try await platform.must(.get, "/manage/me", as: WhoReply.self) }
  }
}

extension PlatformConnection {
  /// Asks for what must be answered with content.
  ///
  /// - Throws: as ``ask(_:_:_:as:)``.
  package func must<Reply: Decodable>(
    _ method: Method, _ path: String, _ body: (any Encodable & Sendable)? = nil, as type: Reply.Type
  ) async throws -> Reply {
    guard let reply = try await ask(method, path, body, as: type) else {
      throw Failure(.failed, "\(address)\(path) replies nothing", hint: "is it asvin-platform?")
    }
    return reply
  }
}
