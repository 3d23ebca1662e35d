/// One device's part in one rollout.
package struct DeviceRecord: Equatable, Sendable {
  /// How far it is.
  package private(set) var state: State
  /// How often it has failed.
  package private(set) var failures: Int
  /// The reason code of its last failure, from the table that the verifier has; 0 where it has not failed.
  package private(set) var reason: UInt8
  /// How much of the firmware it has, in percent, as it last said.
  package private(set) var progress: UInt8
  /// When it last changed.
  package private(set) var changed: Instant
  /// The ``Rollout/round`` in which it failed. A failure of an earlier round is forgiven.
  package private(set) var round: Int
  /// Whether the rollout's tally counts it: while the device is in the rollout's groups. It stays as it is when the rollout
  /// ends, so that an ended rollout keeps its figures.
  package var isCounted: Bool

  /// How far a device is.
  package enum State: UInt8, CaseIterable, Sendable {
    /// It was told, and has not begun.
    case offered
    /// It is fetching the firmware.
    case downloading
    /// It says that it has written it, and has not been seen to run it.
    case installed
    /// It runs it.
    case confirmed
    /// It gave up.
    case failed
    /// It had it already.
    case skipped

    /// Whether the device has nothing more to do.
    package var isFinal: Bool { self == .confirmed || self == .failed || self == .skipped }
  }

  /// What a device says, or shows.
  package enum Event: Equatable, Sendable {
    /// It begins to fetch, or has fetched so many percent.
    case begins(UInt8)
    /// It has written it.
    case writes
    /// It runs it.
    case runs
    /// It could not: the reason's code.
    case fails(UInt8)
  }

  /// A record of a device that is offered a rollout, or that has its firmware already.
  package init(_ state: State = .offered, at now: Instant) {
    self.init(state, failures: 0, reason: 0, progress: 0, changed: now)
  }

  /// A record as it was stored.
  package init(
    _ state: State, failures: Int, reason: UInt8, progress: UInt8, changed: Instant, round: Int = 0,
    isCounted: Bool = true
  ) {
    self.state = state
    self.round = round
    self.isCounted = isCounted
    self.failures = failures
    self.reason = reason
    self.progress = progress
    self.changed = changed
  }

  /// Takes what a device says. Saying it twice is no change, and nothing undoes what is final but seeing it run.
  ///
  /// - Parameters:
  ///   - retries: how often it may try again.
  ///   - round: the rollout's round, in which it fails if it fails.
  /// - Returns: whether anything of it changed.
  package mutating func take(_ event: Event, retries: Int, round: Int = 0, at now: Instant) -> Bool {
    let before = (state, failures, progress)
    switch (state, event) {
    case (.offered, .begins(let percent)), (.downloading, .begins(let percent)):
      (state, progress) = (.downloading, min(percent, 100))
    case (.offered, .writes), (.downloading, .writes): (state, progress) = (.installed, 100)
    // A device that was thought lost is seen to run it.
    case (.offered, .runs), (.downloading, .runs), (.installed, .runs), (.failed, .runs): state = .confirmed
    case (.offered, .fails(let code)), (.downloading, .fails(let code)), (.installed, .fails(let code)):
      failures += 1
      (reason, self.round) = (code, round)
      (state, progress) = (failures > retries ? .failed : .offered, 0)
    default: break
    }
    guard before != (state, failures, progress) else { return false }
    changed = now
    return true
  }
}
