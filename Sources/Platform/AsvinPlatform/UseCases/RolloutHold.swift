import AsvinPlatformAPI

extension WriteTransaction {
  /// Holds every rollout that could serve a device, until an operator continues it. A rollout that was aborted after a
  /// backup is running again in the restored database.
  ///
  /// - Parameter reason: the reason for the audit log.
  /// - Returns: the rollouts that were held. Each is disabled, and enabling it leaves out the groups in which it was
  ///   disabled before.
  package func holdRollouts(because reason: String, at now: Instant) throws -> [Rollout] {
    var open: [Rollout] = []
    for phase in [Phase.planned, .running] {
      var filter = RolloutFilter()
      filter.phase = phase
      open += try rollouts(Listing(filter)).items.filter { !$0.isDisabled }
    }
    for rollout in open {
      try setDisabled(true, rollout.id, at: now)
      try record(.disableRollout, "rollout \(rollout.id.value) because \(reason)", by: "platform", at: now)
    }
    return open
  }
}
