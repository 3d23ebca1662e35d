import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird

/// Examines requests of asvin's clients before their bodies are read. A request with an invalid token is refused at once.
/// Requests without a token, which have their keys in the body, are counted by address.
struct Admission: RouterMiddleware {
  let tokens: Tokens
  let limiter: RateLimiter
  let clock: @Sendable () -> Instant

  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    let now = clock()
    var context = context
    if let token = request.headers[.accessToken] {
      guard let workspace = await tokens.workspace(of: token, at: now) else { throw Refusal.badToken }
      context.workspace = workspace
    } else {
      try limiter.admitAnyone(from: context, at: now)
    }
    return try await next(request, context)
  }
}

extension RateLimiter {
  /// Counts a request without a proven identity, before its body is read.
  func admitAnyone(from context: PlatformContext, at now: Instant) throws {
    let allowance = take("\(context.peer) anyone", at: now, limit: PlatformLimit.anonymousPerMinute)
    guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
  }
}

extension Refusal {
  /// The refusal of too many requests, with the text of asvin's platform.
  init(tooMany allowance: RateLimiter.Allowance) {
    var fields = allowance.fields
    fields[.retryAfter] = "60"
    self.init(status: .tooManyRequests, message: "Too many requests in this time frame.", fields: fields)
  }
}
