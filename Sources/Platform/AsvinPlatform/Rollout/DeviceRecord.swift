package import AsvinPlatformAPI

/// The part of one device in one rollout.
package struct DeviceRecord: Equatable, Sendable {
  package private(set) var state: RecordState
  /// How often the device has failed or timed out.
  package private(set) var failures: Int
  /// The reason code of the last failure, from the verifier's table; 0 for none.
  package private(set) var reason: UInt8
  /// How much of the firmware has been fetched, in percent, as last reported.
  package private(set) var progress: UInt8
  /// When the record last changed.
  package private(set) var changed: Instant
  /// The ``Rollout/round`` in which the device failed. Failures of earlier rounds are forgiven.
  package private(set) var round: Int
  /// The rollout's running time in seconds at which the device becomes stalled; for a queued device, at which it may be
  /// offered the firmware again; `nil` for no time.
  package var due: Int64?
  /// The version that the device ran when it was offered the firmware.
  package private(set) var previous: String
  /// Whether the rollout's tally counts the record: while the device is in the rollout's groups. It does not change after
  /// the rollout ends, so that an ended rollout keeps its figures.
  package var isCounted: Bool

  /// An event that a device reports, or that its version shows.
  package enum Event: Equatable, Sendable {
    /// It has fetched a percentage of the firmware.
    case begins(UInt8)
    /// It has written the firmware.
    case writes
    /// It runs the firmware.
    case runs
    /// It failed, with a reason code.
    case fails(UInt8)
    /// It is busy, and asks again later.
    case postpones
    /// It was not heard of for too long.
    case timesOut
    /// It runs the older version again, with a reason code.
    case fallsBack(UInt8)
  }

  /// Creates the record of a device that is offered the firmware, or already has it.
  package init(_ state: RecordState = .offered, previous: String = "", at now: Instant) {
    self.init(state, failures: 0, reason: 0, progress: 0, changed: now, previous: previous)
  }

  /// Creates a record from its stored values.
  package init(
    _ state: RecordState, failures: Int, reason: UInt8, progress: UInt8, changed: Instant, round: Int = 0,
    isCounted: Bool = true, due: Int64? = nil, previous: String = ""
  ) {
    self.state = state
    self.round = round
    self.isCounted = isCounted
    self.failures = failures
    self.reason = reason
    self.progress = progress
    self.changed = changed
    self.due = due
    self.previous = previous
  }

  /// Applies an event. A repeated event changes nothing. A final state changes only if the device is seen to run the
  /// firmware.
  ///
  /// - Parameters:
  ///   - retries: how often the device may try again after a failure.
  ///   - round: the rollout's current round.
  /// - Returns: whether the record changed.
  package mutating func apply(_ event: Event, retries: Int, round: Int = 0, at now: Instant) -> Bool {
    let before = (state, failures, progress)
    switch (state, event) {
    case (.offered, .begins(let percent)), (.downloading, .begins(let percent)), (.stalled, .begins(let percent)):
      (state, progress) = (.downloading, min(percent, 100))
    case (.offered, .writes), (.downloading, .writes), (.stalled, .writes): (state, progress) = (.installed, 100)
    // Also after a failure: the device may have installed the firmware after it reported one.
    case (.offered, .runs), (.downloading, .runs), (.installed, .runs), (.failed, .runs), (.stalled, .runs),
      (.queued, .runs):
      state = .confirmed
    case (.offered, .fails(let code)), (.downloading, .fails(let code)), (.installed, .fails(let code)),
      (.stalled, .fails(let code)):
      fail(code, retries: retries, round: round)
    // The device is offered the firmware once more at least: the first restart may have been the cause.
    case (.confirmed, .fallsBack(let code)), (.skipped, .fallsBack(let code)):
      fail(code, retries: max(retries, 1), round: round)
    case (.offered, .timesOut), (.downloading, .timesOut), (.installed, .timesOut):
      failures += 1
      (state, self.round) = (.stalled, round)
    case (.offered, .postpones), (.downloading, .postpones), (.stalled, .postpones): (state, progress) = (.queued, 0)
    default: break
    }
    guard before != (state, failures, progress) else { return false }
    changed = now
    return true
  }

  private mutating func fail(_ code: UInt8, retries: Int, round: Int) {
    failures += 1
    (reason, self.round) = (code, round)
    (state, progress) = (failures > retries ? .failed : .offered, 0)
  }

  /// Offers the firmware to a device that was queued or stalled.
  mutating func offerAgain(to version: String, at now: Instant) {
    (state, progress, previous, changed) = (.offered, 0, version, now)
  }

  /// Lets a device that failed or stalled try again, with all of its retries.
  ///
  /// - Returns: whether it had failed or stalled.
  mutating func retry(at now: Instant) -> Bool {
    guard state == .failed || state == .stalled else { return false }
    (state, failures, progress, due, changed) = (.queued, 0, 0, nil, now)
    return true
  }
}
