import HTTPTypes
import Hummingbird
import Logging

/// Counts each request by its route, and logs its path and its sender. Each reply has the id of the request, by which other
/// lines of the log name it.
struct RequestLog: RouterMiddleware {
  /// Bytes of a path that are logged. The query is not, because it may have what a person searched for.
  private static let pathBytes = 200

  let metrics: Metrics

  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    do {
      var response = try await next(request, context)
      response.headers[.requestID] = context.id
      note(request, context, response.status.code, start)
      return response
    } catch {
      // Other errors concern the connection: it ended, or the request cannot be parsed.
      note(request, context, (error as? any HTTPResponseError)?.status.code ?? 400, start)
      throw error
    }
  }

  private func note(_ request: Request, _ context: PlatformContext, _ status: Int, _ start: ContinuousClock.Instant) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    metrics.count(request.method, context.endpointPath ?? "none", status, seconds: seconds)
    guard context.logger.logLevel <= .info else { return }
    var fields = Self.fields(request.method, request.uri.path, context.actor)
    fields["status"] = "\(status)"
    fields["peer"] = "\(context.peer)"
    fields["ms"] = "\(Int(seconds * 1000))"
    context.logger.info("request", metadata: fields)
  }

  /// What a line states about a request.
  static func fields(_ method: HTTPRequest.Method, _ path: String, _ actor: RequestActor) -> Logger.Metadata {
    var fields: Logger.Metadata = ["method": "\(method.rawValue)", "path": "\(shortened(path))"]
    if let actor = actor.value {
      fields["actor"] = "\(actor.name)"
      fields["workspace"] = "\(actor.workspace)"
    }
    return fields
  }

  private static func shortened(_ path: String) -> String {
    path.utf8.count <= pathBytes ? path : "\(String(decoding: path.utf8.prefix(pathBytes), as: UTF8.self))…"
  }
}

extension HTTPField.Name {
  /// The header field that names a request.
  static let requestID = HTTPField.Name("X-Request-Id")!
}
