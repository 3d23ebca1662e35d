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
    var response: Response
    do {
      response = try await next(request, context)
    } catch let refusal as any HTTPResponseError {
      response = try refusal.response(from: request, context: context)
    } catch {
      // The error concerns the connection: it ended, or the request cannot be parsed.
      note(request, context, 400, start)
      throw error
    }
    response.headers[.requestID] = context.id
    note(request, context, response.status.code, start)
    return response
  }

  private func note(_ request: Request, _ context: PlatformContext, _ status: Int, _ start: ContinuousClock.Instant) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    metrics.count(request.method, context.endpointPath ?? "none", status, seconds: seconds)
    guard context.logger.logLevel <= .info else { return }
    var fields = Self.fields(request.method.rawValue, request.uri.path, context.actor)
    fields["status"] = "\(status)"
    fields["peer"] = "\(context.peer)"
    fields["ms"] = "\(Int(seconds * 1000))"
    context.logger.info("request", metadata: fields)
  }

  /// What a line states about a request.
  static func fields(_ method: String, _ path: String, _ actor: RequestActor) -> Logger.Metadata {
    var fields: Logger.Metadata = ["method": "\(method)", "path": "\(shortened(path))"]
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
