import AsvinPlatformAPI

/// When devices poll, and which requests are refused under load. The load is the time for which the oldest waiting read or
/// write has waited: it grows before anything fails, whatever is slow.
package struct Pacing: Equatable, Sendable {
  /// The classes of requests, in the order in which load refuses them.
  package enum Kind: Equatable, Sendable {
    /// Polls, logins and enrolments of devices. A device repeats them by itself.
    case poll
    /// Reports and downloads of devices, which bring an update to its end.
    case progress
    /// Requests of users and build servers. Only a full queue refuses them.
    case person
  }

  /// Seconds between the polls of a device while a rollout runs.
  package var interval: Int
  /// Seconds between polls while no rollout of the workspace runs.
  package var idleInterval: Int
  /// Seconds that a read or write may wait before polls are refused.
  package var pollDelay = PlatformLimit.pollDelay
  /// Seconds that a read or write may wait before reports and downloads of devices are refused.
  package var progressDelay = PlatformLimit.progressDelay

  package init(interval: Int = PlatformLimit.pollInterval, idleInterval: Int? = nil) {
    self.interval = interval
    self.idleInterval = max(idleInterval ?? interval, interval)
  }

  /// Returns the seconds after which a device without an offer polls again. The device adds a random part of that time.
  ///
  /// - Parameter delay: the load in seconds.
  package func nextPoll(delay: Double, isRollingOut: Bool) -> Int {
    let calm = Double(isRollingOut ? interval : idleInterval)
    // Twice as long at half of the delay at which polls are refused, so that the fleet slows down before that.
    let stretched = calm * (1 + max(delay, 0) / (pollDelay / 2))
    return Int(
      min(max(stretched, Double(PlatformLimit.pollSeconds.lowerBound)), Double(PlatformLimit.pollSeconds.upperBound)))
  }

  /// Whether a request is refused before any work is done for it.
  package func refuses(_ kind: Kind, delay: Double) -> Bool {
    switch kind {
    case .poll: delay > pollDelay
    case .progress: delay > progressDelay
    case .person: false
    }
  }

  /// Returns the seconds after which a refused request is repeated.
  ///
  /// - Parameter part: a random number from 0 to 1, because clients that obey one number come back together.
  package func retry(delay: Double, part: Double) -> Int {
    let least = Double(PlatformLimit.pollSeconds.lowerBound)
    let wait = (least + max(delay, 0) * 10) * (1 + min(max(part, 0), 1))
    return Int(min(wait, Double(PlatformLimit.pollSeconds.upperBound)))
  }
}
