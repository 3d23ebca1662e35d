import AsvinPlatform
import HTTPTypes
import Synchronization

/// Counts the answered requests, in the text format of Prometheus (0.0.4).
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

    mutating func add(_ time: Double) {
      requests += 1
      seconds += time
      for (index, bound) in Metrics.bounds.enumerated() where time <= bound { buckets[index] += 1 }
    }
  }

  /// The upper bounds of the histogram's buckets in seconds.
  private static let bounds = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5]
  /// A client can send any text as a method. Only these have a series of their own.
  private static let methods: [HTTPRequest.Method] = [.post, .get, .head, .put, .patch, .delete]
  private let series = Mutex<[Name: Series]>([:])

  func count(_ method: HTTPRequest.Method, _ route: String, _ status: Int, seconds: Double) {
    let name = Name(method: Self.methods.contains(method) ? method.rawValue : "other", route: route, status: status)
    series.withLock { $0[name, default: Series()].add(seconds) }
  }

  /// The number of jobs that wait for a thread.
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
      "# HELP asvin_http_requests_total Answered requests.", "# TYPE asvin_http_requests_total counter",
    ]
    lines += all.map { "asvin_http_requests_total{\($0.0)} \($0.1.requests)" }
    lines += [
      "# HELP asvin_http_request_seconds The time until the first byte of an answer.",
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
