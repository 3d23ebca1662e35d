/// Reads for withdrawing, deleting and retention.
package protocol KeepingReading {
  /// Returns the rules that place new devices, in their order.
  func placementRules() throws -> [PlacementRule]
  func retention() throws -> Retention
  /// Returns ended rollouts that still have records and whose end was noted before a time, the oldest first.
  func rolloutsWithOldRecords(before limit: Instant, except damaged: Set<ID<Rollout>>) throws -> [ID<Rollout>]
  /// Returns ended rollouts whose end was noted before a time, the oldest first.
  func oldRollouts(before limit: Instant, except damaged: Set<ID<Rollout>>) throws -> [ID<Rollout>]
}

/// Changes for withdrawing, deleting and retention.
package protocol KeepingWriting {
  /// Replaces the rules that place new devices.
  func setPlacementRules(_ rules: [PlacementRule]) throws
  func put(_ retention: Retention) throws
  /// Stores whether firmware is withdrawn.
  func put(_ firmware: Firmware) throws
  func remove(_ firmware: ID<Firmware>) throws
  /// Removes a rollout without records.
  func remove(_ rollout: ID<Rollout>) throws
  func remove(_ group: ID<DeviceGroup>) throws
  func remove(_ group: ID<FileGroup>) throws
  /// Removes records of a rollout. ``ReadTransaction/newestOrder(of:)`` remembers what they contributed to it.
  ///
  /// - Returns: the number of records removed.
  func removeRecords(of rollout: ID<Rollout>, limit: Int) throws -> Int
  /// Notes the time for the rollouts that have ended since the last call.
  func noteEnds(at now: Instant) throws
}
