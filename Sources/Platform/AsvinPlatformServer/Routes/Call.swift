import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// A request for a route, by somebody who may.
struct Call: Sendable {
  let request: Request
  let context: PlatformContext
  let caller: Caller
  let platform: Platform
  let route: Route
  /// When it came.
  let now: Instant

  /// The workspace of whoever asks.
  var workspace: ID<Workspace> {
    get throws {
      switch caller {
      case .anyone: throw Refusal.badToken
      case .workspace(let workspace), .device(_, let workspace), .person(_, let workspace): workspace
      }
    }
  }

  /// The device that asks.
  var device: ID<Device> {
    get throws {
      guard case .device(let device, _) = caller else { throw Refusal.badToken }
      return device
    }
  }

  /// An id in the path.
  func id<Entity>(_ name: String, of kind: PlatformError.Kind) throws -> ID<Entity> {
    guard let text = context.parameters.get(name), let number = Int64(text), number > 0, "\(number)" == text
    else {
      throw PlatformError.notFound(kind)
    }
    return ID(number)
  }

  /// The body, which is what the route takes.
  func body<Value: Decodable>(_ type: Value.Type = Value.self) async throws -> Value {
    let bytes = try await request.bytes(upTo: Reply.longestBody)
    guard let value = JSONValue(request: bytes) else {
      throw Refusal.malformed("the body is not JSON, names a member twice, or is nested more than eight levels deep")
    }
    if let fault = route.takes?.fault(in: value) { throw Refusal.malformed(fault) }
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch is DecodingError {
      throw Refusal.malformed("the body is no JSON, or has a number that is out of range")
    }
  }

  /// A number in the query.
  func number(_ name: String, in range: ClosedRange<Int64>) throws -> Int64? {
    guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
    guard let number = Int64(text), range.contains(number) else {
      throw Refusal.malformed("\(name) is a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// The page that is asked for.
  func page() throws -> (after: Int64, limit: Int) {
    let after = try number("after", in: 0...Property.largestID) ?? 0
    return (after, Int(try number("limit", in: 1...Property.largestPage) ?? 100))
  }

  func read<Result: Sendable>(_ body: @escaping @Sendable (any PlatformRows) throws -> Result) async throws -> Result {
    try await platform.store.read(in: workspace, body)
  }

  func write<Result: Sendable>(
    _ body: @escaping @Sendable (any WritablePlatformRows) throws -> Result
  ) async throws -> Result {
    try await platform.store.write(in: workspace, body)
  }
}

extension Property {
  static let largestID: Int64 = 9_007_199_254_740_991
  static let largestPage: Int64 = 1000

  /// What a list is asked with.
  static var page: [Property] {
    [
      Property("after", .integer(0...largestID), "The last id of the page before", isRequired: false),
      Property("limit", .integer(1...largestPage), "How many; 100 where not given", isRequired: false),
    ]
  }
}
