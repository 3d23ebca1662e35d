import AsvinPlatform
import HTTPTypes
import Hummingbird

/// What asvin's clients send is looked at before their bodies are read: a token that is not valid is refused at once, and
/// requests without one, whose keys are in the body, are counted by address.
struct Admission: RouterMiddleware {
  let tokens: Tokens
  let limiter: RateLimiter
  let clock: @Sendable () -> Instant

  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    let now = clock()
    if let name = HTTPField.Name("x-access-token"), let token = request.headers[name] {
      guard await tokens.workspace(of: token, at: now) != nil else { throw Refusal.badToken }
    } else {
      try limiter.admitAnyone(from: context, at: now)
    }
    return try await next(request, context)
  }
}

extension RateLimiter {
  /// Requests without a proven identity that one address may send in a minute. Thousands of gateways may be behind one.
  private static let anyone = 60_000

  /// Counts a request before its body is read.
  func admitAnyone(from context: PlatformContext, at now: Instant) throws {
    let allowance = take("\(context.peer) anyone", at: now, limit: Self.anyone)
    guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
  }
}

extension Refusal {
  /// Too many requests, in asvin's words.
  init(tooMany allowance: RateLimiter.Allowance) {
    var fields = allowance.fields
    fields[.retryAfter] = "60"
    self.init(status: .tooManyRequests, message: "Too many requests in this time frame.", fields: fields)
  }
}
