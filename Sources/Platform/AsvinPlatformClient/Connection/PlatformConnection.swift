import AsvinHost
import AsvinPlatformAPI
import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL

/// A connection to a platform, with the token of the caller.
package struct PlatformConnection: Sendable {
  /// The address, such as `https://updates.example.com`.
  package let address: String
  private let client: HTTPClient
  private let token: String?
  private let authorities: [NIOSSLCertificate]

  static let patience = TimeAmount.seconds(60)

  /// The minimum speed of a download. Otherwise a server that sends a byte a minute would prevent an update for ever.
  package struct Slowness: Sendable {
    /// The minimum number of bytes a second.
    package var bytesPerSecond: UInt64
    /// Seconds at the beginning in which the download may be slower.
    package var grace: Double

    package init(bytesPerSecond: UInt64 = 256, grace: Double = 30) {
      (self.bytesPerSecond, self.grace) = (bytesPerSecond, grace)
    }
  }

  package var slowness = Slowness()

  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// Runs a body with a connection.
  ///
  /// - Parameters:
  ///   - address: `https://HOST`, with an optional port; `http://` is for tests.
  ///   - authorities: certificates in PEM that are trusted instead of the system's.
  ///   - proxy: the proxy for all requests.
  /// - Throws: ``Failure``, and the errors of the body.
  package static func with<Result: Sendable>(
    _ address: String, token: String? = nil, authorities: [UInt8]? = nil, proxy: ProxyServer? = nil,
    _ body: @Sendable (PlatformConnection) async throws -> Result
  ) async throws -> Result {
    try ThisProcess.requireProcessFolder()
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout = .init(connect: .seconds(10), read: .seconds(60))
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
    configuration.proxy = proxy?.configuration
    var trusted: [NIOSSLCertificate] = []
    if let authorities {
      var tls = TLSConfiguration.makeClientConfiguration()
      do {
        trusted = try NIOSSLCertificate.fromPEMBytes(authorities)
      } catch {
        throw Failure(
          .rejected, "the authority's file does not contain a certificate", hint: "name a certificate in PEM with --ca")
      }
      tls.trustRoots = .certificates(trusted)
      configuration.tlsConfiguration = tls
    }
    let client = HTTPClient(configuration: configuration)
    do {
      let result = try await body(
        try PlatformConnection(address: address, client: client, token: token, authorities: trusted))
      try await client.shutdown()
      return result
    } catch {
      try? await client.shutdown()  // the error of the body is reported instead
      throw error
    }
  }

  private init(address: String, client: HTTPClient, token: String?, authorities: [NIOSSLCertificate]) throws {
    var address = address
    while address.hasSuffix("/") { address.removeLast() }
    guard address.hasPrefix("https://") || address.hasPrefix("http://"), address.contains("://") else {
      throw Failure(
        .usage, "'\(address)' is not the address of a platform", hint: "write it as https://updates.example.com")
    }
    self.init(checked: address, client, token, authorities)
  }

  private init(
    checked address: String, _ client: HTTPClient, _ token: String?, _ authorities: [NIOSSLCertificate]
  ) {
    (self.address, self.client, self.token, self.authorities) = (address, client, token, authorities)
  }

  /// Returns a connection to the same platform with another token.
  package func with(token: String) -> PlatformConnection {
    var other = PlatformConnection(checked: address, client, token, authorities)
    other.slowness = slowness
    return other
  }

  /// Sends a request and reads the reply; `nil` for a reply without content.
  ///
  /// - Throws: ``Failure`` if the platform cannot be reached, refuses the request, or sends an unexpected reply.
  package func ask<Reply: Decodable>(
    _ method: Method, _ path: String, _ body: (any Encodable & Sendable)? = nil, as type: Reply.Type
  ) async throws -> Reply? {
    try await exchange(method, path, body, as: type).content
  }

  /// Sends a request and reads the reply as ``ask(_:_:_:as:)``, with the time after which the platform requests another
  /// call.
  ///
  /// - Throws: the errors of ``ask(_:_:_:as:)``.
  package func exchange<Reply: Decodable>(
    _ method: Method, _ path: String, _ body: (any Encodable & Sendable)? = nil, as type: Reply.Type
  ) async throws -> PlatformReply<Reply> {
    var request = self.request(method, path)
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
    }
    return try await reply(to: request, path, as: type)
  }

  /// Sends bytes and reads the reply.
  ///
  /// - Throws: the errors of ``ask(_:_:_:as:)``.
  package func send<Reply: Decodable>(_ bytes: [UInt8], _ method: Method, _ path: String, as type: Reply.Type)
    async throws
    -> Reply?
  {
    var request = self.request(method, path)
    request.headers.add(name: "Content-Type", value: "application/octet-stream")
    request.body = .bytes(ByteBuffer(bytes: bytes))
    return try await reply(to: request, path, as: type).content
  }

  /// Fetches bytes from an offset and passes them to a body in pieces as they arrive.
  ///
  /// - Parameter maximum: the largest number of bytes from the offset; more bytes are an error.
  /// - Throws: the errors of ``ask(_:_:_:as:)`` and of the body, and ``Failure`` for a download that is too slow.
  package func fetch(
    _ path: String, from offset: UInt64 = 0, count: UInt64? = nil, atMost maximum: UInt64,
    _ body: ([UInt8]) throws -> Void
  ) async throws {
    var request = self.request(.get, path)
    if offset > 0 || count != nil {
      let end = count.map { "\(offset + $0 - 1)" } ?? ""
      request.headers.add(name: "Range", value: "bytes=\(offset)-\(end)")
    }
    let response = try await execute(request, path)
    let isPart = offset > 0 || count != nil
    guard response.status.code == (isPart ? 206 : 200) else { throw await refusal(response, path) }
    var received: UInt64 = 0
    var pieces = response.body.makeAsyncIterator()
    let start = ContinuousClock.now
    while let piece = try await next(&pieces, path) {
      received += UInt64(piece.readableBytes)
      let seconds = Double((ContinuousClock.now - start).components.seconds)
      guard seconds <= slowness.grace || Double(received) >= seconds * Double(slowness.bytesPerSecond) else {
        throw Failure(
          .unreachable, "\(address)\(path) sends less than \(slowness.bytesPerSecond) bytes a second",
          hint: "try again later")
      }
      guard received <= maximum else {
        throw Failure(.rejected, "\(address)\(path) is longer than announced")
      }
      try body([UInt8](piece.readableBytesView))
    }
  }

  private func next(
    _ pieces: inout HTTPClientResponse.Body.AsyncIterator, _ path: String
  ) async throws -> ByteBuffer? {
    do {
      return try await pieces.next()
    } catch {
      throw await unreachable(path, error)
    }
  }

  private func request(_ method: Method, _ path: String) -> HTTPClientRequest {
    var request = HTTPClientRequest(url: address + path)
    request.method = .RAW(value: method.rawValue)
    request.headers.add(name: "User-Agent", value: "asvin-pack")
    if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
    return request
  }

  private func execute(_ request: HTTPClientRequest, _ path: String) async throws -> HTTPClientResponse {
    do {
      return try await client.execute(request, timeout: Self.patience)
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      throw await unreachable(path, error)
    }
  }

  private func unreachable(_ path: String, _ error: any Error) async -> Failure {
    if Self.isCertificateRefused(error),
      let fault = await CertificateFault.find(at: address, authorities: authorities)
    {
      return Failure(.unreachable, "\(address) is not trusted: \(fault.words)", hint: fault.hint)
    }
    return Failure(.unreachable, "\(address) does not answer: \(Self.words(error))", hint: Self.hint(error))
  }

  private func reply<Reply: Decodable>(
    to request: HTTPClientRequest, _ path: String, as type: Reply.Type
  ) async throws -> PlatformReply<Reply> {
    let response = try await execute(request, path)
    guard (200..<300).contains(response.status.code) else { throw await refusal(response, path) }
    let bytes = try await collect(response, path)
    let retryAfter = response.headers.first(name: "Retry-After").flatMap { RetryAfter.seconds($0, at: .now) }
    if bytes.readableBytes == 0 { return PlatformReply(content: nil, retryAfter: retryAfter) }
    do {
      let content = try JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
      return PlatformReply(content: content, retryAfter: retryAfter)
    } catch {
      throw Failure(
        .failed, "\(address)\(path): the reply cannot be read: \(MalformedReply.words(error))",
        hint: "check that the address is that of an asvin-platform")
    }
  }

  /// Reads the bytes of a reply within a minute.
  private func collect(_ response: HTTPClientResponse, _ path: String) async throws -> ByteBuffer {
    var bytes = ByteBuffer()
    var pieces = response.body.makeAsyncIterator()
    let end = ContinuousClock.now + .nanoseconds(Self.patience.nanoseconds)
    while var piece = try await next(&pieces, path) {
      bytes.writeBuffer(&piece)
      guard bytes.readableBytes <= PlatformLimit.replyBytes, ContinuousClock.now < end else {
        throw Failure(
          .unreachable, "the reply of \(address)\(path) is too slow or too long", hint: "try again later")
      }
    }
    return bytes
  }

  private func refusal(_ response: HTTPClientResponse, _ path: String) async -> Failure {
    if [301, 302, 303, 307, 308].contains(response.status.code) {
      return Failure(redirectTo: response.headers.first(name: "Location"), from: address, path)
    }
    let bytes = try? await collect(response, path)  // without a body, the status is reported
    let body = Data(bytes?.readableBytesView ?? ByteBuffer().readableBytesView)
    let problem = try? JSONDecoder().decode(Problem.self, from: body)  // without a problem, the status is reported
    var failure = Failure(status: Int(response.status.code), problem, from: address + path)
    failure.status = Int(response.status.code)
    failure.retryAfter = response.headers.first(name: "Retry-After").flatMap { RetryAfter.seconds($0, at: .now) }
    return failure
  }
}
