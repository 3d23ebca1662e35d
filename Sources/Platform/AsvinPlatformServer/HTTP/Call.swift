import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// An authorized request for a route.
struct Call: Sendable {
  let request: Request
  let context: PlatformContext
  let caller: Caller
  let platform: Platform
  let route: Route
  /// When the request arrived.
  let now: Instant
  /// SHA-256 of the body that the caller has proved; `nil` if a token authenticates the request.
  var provenBody: Digest?

  /// The caller's workspace.
  var workspace: ID<Workspace> {
    get throws {
      guard let workspace = caller.workspace else { throw Refusal.badToken }
      return workspace
    }
  }

  /// The device that calls.
  var device: ID<Device> {
    get throws {
      guard case .device(let device, _) = caller else { throw Refusal.badToken }
      return device
    }
  }

  /// The token of the person who calls.
  var person: AccessToken {
    get throws {
      guard case .person(let token, _) = caller else { throw Refusal.badToken }
      return token
    }
  }

  /// Reads an id from the path.
  func id<Entity>(_ name: String, of kind: PlatformError.Kind) throws -> ID<Entity> {
    guard let text = context.parameters.get(name), let number = Int64(text), number > 0, "\(number)" == text
    else {
      throw PlatformError.notFound(kind)
    }
    return ID(number)
  }

  /// Reads the body and checks it against the route's schema.
  func body<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value {
    let bytes = try await request.bytes(upTo: PlatformLimit.bodyBytes)
    if let provenBody, SHA256.digest(of: bytes.span) != provenBody {
      throw Refusal(status: .unauthorized, message: "the proof of the request is for another body")
    }
    if request.isCompact { return try compactBody(bytes) }
    guard let value = JSONValue(request: bytes) else {
      throw Refusal.malformed("the body is not JSON, names a member twice, or is nested more than eight levels deep")
    }
    if let fault = route.body?.fault(in: value) { throw Refusal.malformed(fault) }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch is DecodingError {
      throw Refusal.malformed("the body is not JSON, or has a number that is out of range")
    }
  }

  private func compactBody<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
    guard let schema = route.body, schema.isCompact else {
      throw Refusal(status: .unsupportedMediaType, message: "the message has no form in \(CompactMessage.mediaType)")
    }
    let value: JSONValue
    do {
      value = try CompactMessage.value(of: bytes, as: schema)
    } catch {
      throw Refusal.malformed(
        "the body is not the deterministic CBOR of the message: \(error.fault), byte \(error.offset)")
    }
    if let fault = schema.fault(in: value) { throw Refusal.malformed(fault) }
    do {
      return try CompactMessage.message(Value.self, of: value)
    } catch is DecodingError {
      throw Refusal.malformed("the body has a number that is out of range")
    }
  }

  /// Replies with a message, in CBOR if the caller accepts it.
  func reply(_ message: some Encodable & Described, status: HTTPResponse.Status = .ok) throws -> Response {
    try Reply.message(message, to: request, status: status)
  }

  /// Reads a number from the query.
  func number(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
    guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
    guard let number = Int64(text), range.contains(number) else {
      throw Refusal.malformed("\(name) must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Reads the requested page from the query.
  func page() throws -> (after: Int64, limit: Int) {
    let after = try number("after", in: 0...PlatformLimit.largestID) ?? 0
    return (after, Int(try number("limit", in: 1...PlatformLimit.pageItems) ?? 100))
  }

  func read<Result: Sendable>(_ body: @escaping @Sendable (any ReadTransaction) throws -> Result) async throws -> Result
  {
    try await platform.store.read(in: workspace, body)
  }

  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any WriteTransaction) throws -> Result
  ) async throws -> Result {
    try await platform.store.write(in: workspace, from: caller.origin(at: context.peer), body)
  }
}

extension Property {
  /// The query parameters of a list.
  static var page: [Property] {
    [
      Property("after", .integer(0...PlatformLimit.largestID), "The last id of the previous page", isRequired: false),
      Property("limit", .integer(1...PlatformLimit.pageItems), "The number of items; default 100", isRequired: false),
    ]
  }
}
