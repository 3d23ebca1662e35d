import Synchronization

/// When the scheduler last did a step. It takes one each second.
final class SchedulerPulse: Sendable {
  private let last = Mutex(ContinuousClock.now)

  func beat() { last.withLock { $0 = .now } }

  /// The metric of Prometheus.
  var metrics: String {
    var text = MetricText()
    text.gauge(
      "asvin_scheduler_lag_seconds", "Seconds since the last step of the scheduler, which does one each second.")
    text.add((ContinuousClock.now - last.withLock { $0 }) / .seconds(1))
    return text.text
  }
}
