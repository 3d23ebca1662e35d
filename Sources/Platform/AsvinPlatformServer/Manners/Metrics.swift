import AsvinPlatform
import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// What the platform has answered, as Prometheus reads it (text format 0.0.4).
final class Metrics: Sendable {
  private struct Name: Hashable {
    let method: String
    let route: String
    let status: Int
  }

  private struct Series {
    var requests = 0
    var seconds = 0.0
    var buckets = [Int](repeating: 0, count: Metrics.bounds.count)
  }

  /// Upper bounds of the histogram's buckets, in seconds.
  private static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5]
  private let series = Mutex<[Name: Series]>([:])

  func count(_ method: HTTPRequest.Method, _ route: String, _ status: Int, seconds: Double) {
    series.withLock { all in
      // A method is whatever a client writes: only those that there are become a series.
      let known =
        ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(method.rawValue) ? method.rawValue : "other"
      var one = all[Name(method: known, route: route, status: status)] ?? Series()
      one.requests += 1
      one.seconds += seconds
      for (index, bound) in Self.bounds.enumerated() where seconds <= bound { one.buckets[index] += 1 }
      all[Name(method: known, route: route, status: status)] = one
    }
  }

  /// Jobs that wait for the threads which work on files.
  static var queues: String {
    """
    # HELP asvin_jobs_waiting Jobs that wait for a thread.
    # TYPE asvin_jobs_waiting gauge
    asvin_jobs_waiting{queue="files"} \(Workers.files.waiting)
    asvin_jobs_waiting{queue="digests"} \(Workers.digests.waiting)

    """
  }

  var text: String {
    let all = series.withLock { $0 }.map { name, one in
      ("method=\"\(name.method)\",route=\"\(name.route)\",status=\"\(name.status)\"", one)
    }.sorted { $0.0 < $1.0 }
    var lines = [
      "# HELP asvin_http_requests_total Requests that were answered.", "# TYPE asvin_http_requests_total counter",
    ]
    lines += all.map { "asvin_http_requests_total{\($0.0)} \($0.1.requests)" }
    lines += [
      "# HELP asvin_http_request_seconds How long it took until an answer began.",
      "# TYPE asvin_http_request_seconds histogram",
    ]
    for (labels, one) in all {
      for (index, bound) in Self.bounds.enumerated() {
        lines.append("asvin_http_request_seconds_bucket{\(labels),le=\"\(bound)\"} \(one.buckets[index])")
      }
      lines.append("asvin_http_request_seconds_bucket{\(labels),le=\"+Inf\"} \(one.requests)")
      lines.append("asvin_http_request_seconds_sum{\(labels)} \(one.seconds)")
      lines.append("asvin_http_request_seconds_count{\(labels)} \(one.requests)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Counts each request, and writes a line of it to the log: by its route, not its path, which may hold what is nobody's
/// business.
struct RequestLog: RouterMiddleware {
  let metrics: Metrics

  func handle(
    _ request: Request, context: PlatformContext, next: (Request, PlatformContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    do {
      let response = try await next(request, context)
      note(request, context, response.status.code, start)
      return response
    } catch {
      // Other errors are of the connection: what the client sent ends, or cannot be read.
      note(request, context, (error as? any HTTPResponseError)?.status.code ?? 400, start)
      throw error
    }
  }

  private func note(_ request: Request, _ context: PlatformContext, _ status: Int, _ start: ContinuousClock.Instant) {
    let spent = (ContinuousClock.now - start).components
    let seconds = Double(spent.seconds) + Double(spent.attoseconds) / 1e18
    let route = context.endpointPath ?? "none"
    metrics.count(request.method, route, status, seconds: seconds)
    context.logger.info(
      "request",
      metadata: [
        "method": "\(request.method.rawValue)", "route": "\(route)", "status": "\(status)", "peer": "\(context.peer)",
        "ms": "\(Int(seconds * 1000))",
      ])
  }
}
