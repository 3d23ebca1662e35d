import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird
import Synchronization

/// Paces the devices: decides when they poll again, and what is refused under load.
final class DevicePacer: Sendable {
  private let pacing: Pacing
  private let store: any PlatformStore
  /// The workspaces with a running rollout, as of the last second.
  private let rollingOut = Mutex<Set<Int64>>([])
  /// Seconds that the watchdog's last read waited.
  private let lastRead = Mutex(0.0)
  private let refused = Mutex<[Pacing.Kind: Int]>([:])

  init(_ pacing: Pacing, store: any PlatformStore) { (self.pacing, self.store) = (pacing, store) }

  /// The load in seconds.
  var delay: Double { max(store.delay, lastRead.withLock { $0 }) }

  func note(readSeconds: Double) { lastRead.withLock { $0 = readSeconds } }

  func note(_ workspace: ID<Workspace>, isRollingOut: Bool) {
    rollingOut.withLock { all in
      if isRollingOut { all.insert(workspace.value) } else { all.remove(workspace.value) }
    }
  }

  /// The header fields of a reply that offers nothing.
  func nextPoll(in workspace: ID<Workspace>) -> HTTPFields {
    let isRollingOut = rollingOut.withLock { $0.contains(workspace.value) }
    return [.retryAfter: "\(pacing.nextPoll(delay: delay, isRollingOut: isRollingOut))"]
  }

  /// Whether load refuses a request. The request is counted.
  func refuses(_ kind: Pacing.Kind) -> Bool {
    guard pacing.refuses(kind, delay: delay) else { return false }
    refused.withLock { $0[kind, default: 0] += 1 }
    return true
  }

  /// - Throws: ``Refusal`` if load refuses the request.
  func admit(_ kind: Pacing.Kind) throws {
    guard refuses(kind) else { return }
    let seconds = pacing.retry(delay: delay, part: Double.random(in: 0...1))
    throw Refusal(
      status: .serviceUnavailable, message: "the platform is under load",
      hint: "repeat the request after Retry-After", fields: [.retryAfter: "\(seconds)"])
  }

  /// The metrics in the text format of Prometheus.
  var metrics: String {
    let refused = refused.withLock { $0 }
    return """
      # HELP asvin_queue_delay_seconds Seconds that the oldest waiting read or write has waited.
      # TYPE asvin_queue_delay_seconds gauge
      asvin_queue_delay_seconds \(delay)
      # HELP asvin_requests_shed_total Requests of devices that were refused because of load.
      # TYPE asvin_requests_shed_total counter
      asvin_requests_shed_total{kind="poll"} \(refused[.poll] ?? 0)
      asvin_requests_shed_total{kind="progress"} \(refused[.progress] ?? 0)

      """
  }
}

extension Route {
  /// The class of the request for ``Pacing``.
  var pacingKind: Pacing.Kind {
    guard path.hasPrefix("/v2/") else { return .person }
    return path.hasSuffix("/events") || path.contains("/payloads/") ? .progress : .poll
  }
}
