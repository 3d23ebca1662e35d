/// How long a workspace keeps what has ended.
package struct Retention: Equatable, Sendable {
  /// Days for which an ended rollout is kept.
  package var rolloutDays: Int
  /// Days after the end of a rollout for which the records of its devices are kept. Its figures stay.
  package var recordDays: Int
  /// Hours after its last byte for which an upload is kept.
  package var uploadHours: Int

  package static let standard = Retention(rolloutDays: 730, recordDays: 365, uploadHours: 24)

  package init(rolloutDays: Int, recordDays: Int, uploadHours: Int) {
    (self.rolloutDays, self.recordDays, self.uploadHours) = (rolloutDays, recordDays, uploadHours)
  }

  /// The time before which a rollout must have ended to be removed.
  package func rolloutLimit(at now: Instant) -> Instant { Instant(now.seconds - Int64(rolloutDays) * 86_400) }

  /// The time before which a rollout must have ended for the removal of its records.
  package func recordLimit(at now: Instant) -> Instant {
    Instant(now.seconds - Int64(min(recordDays, rolloutDays)) * 86_400)
  }

  /// Seconds after its last byte for which an upload is kept.
  package var uploadSeconds: Int64 { Int64(uploadHours) * 3600 }
}

/// A piece of cleaning, short enough that other writes do not wait for it.
package enum Cleaning {
  /// Records that one write removes.
  package static let records = 500
  /// Writes of one pass. What is left is removed by the next pass.
  package static let writes = 40
}
