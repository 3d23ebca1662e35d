package import AsvinPlatformAPI

/// The rollout of firmware to device groups.
package struct Rollout: Equatable, Sendable {
  /// The id. Later rollouts have higher ids.
  package var id: ID<Rollout>
  package var plan: RolloutPlan
  package var phase: Phase = .planned
  /// Whether the rollout is disabled in all of its groups, as *Disabled: Yes* on asvin's platform.
  package var isDisabled = false
  /// Groups in which it is disabled while it continues in the others, because a rollout with the priority *immediately*
  /// replaced it there.
  package var disabledGroups: Set<ID<DeviceGroup>> = []
  package var started: Instant?
  /// The position in the order of starts, from 1; 0 before the start. For a device, the rollout that was started last
  /// counts.
  package var order: Int64 = 0
  /// The open wave, from 0.
  package var wave = 0
  /// The number of devices in each state that are in the rollout's groups now.
  package var tally = RolloutTally()
  /// Failed devices whose failure an operator has forgiven. Each adds a place to the open wave.
  package var forgivenFailures = 0
  /// How often an operator has forgiven failures. A failure belongs to the round in which it happened, so that forgiveness
  /// belongs to devices: a forgiven device that leaves the groups is no longer counted as forgiven.
  package var round = 0
  /// The number of devices that could use the firmware when the rollout ended.
  package var finalMembers: Int?
  /// Seconds for which the rollout has run while the platform served.
  package var elapsed: Int64 = 0
  /// Seconds since the start in which the platform served, for the deadline.
  package var age: Int64 = 0
  /// The running time at which the open wave reached its success threshold; `nil` if it has not.
  package var thresholdMet: Int64?
  /// Bytes that the rollout may offer now; negative if it has offered more.
  package var credit: Int64 = 0
  /// The name of the token that approved the rollout.
  package var approvedBy: String?
  /// When the rollout was planned; `nil` if an earlier version planned it.
  package var planned: Instant?

  package init(id: ID<Rollout>, plan: RolloutPlan) {
    self.id = id
    self.plan = plan
  }

  package var isEnded: Bool { phase.isEnded }

  /// The target groups in which the rollout is not disabled.
  package var activeGroups: Set<ID<DeviceGroup>> { plan.groups.subtracting(disabledGroups) }
}

/// The decisions of an operator who creates a rollout.
package struct RolloutPlan: Equatable, Sendable {
  package var name: String
  /// The rules of a rollout in waves; `nil` for a rollout to all devices immediately.
  package var batch: BatchRules?
  /// When the rollout starts by itself; `nil` if an operator starts it.
  package var start: Instant?
  /// The target groups.
  package var groups: Set<ID<DeviceGroup>>
  package var firmware: ID<Firmware>
  /// The name of the token that created the rollout.
  package var maintainer: String
  package var times: TimeRules
  /// Whether the owner of another token must approve the rollout before it starts.
  package var needsApproval: Bool

  package init(
    name: String, batch: BatchRules?, start: Instant?, groups: Set<ID<DeviceGroup>>, firmware: ID<Firmware>,
    maintainer: String, times: TimeRules = .unlimited, needsApproval: Bool = false
  ) {
    self.name = name
    self.batch = batch
    self.start = start
    self.groups = groups
    self.firmware = firmware
    self.maintainer = maintainer
    self.times = times
    self.needsApproval = needsApproval
  }

  package var priority: Priority { batch == nil ? .immediately : .batch }

  /// The rules of the batch; for *immediately*, one wave of all devices that no failure stops.
  package var rules: BatchRules { batch ?? .everyone }
}
