/// Firmware on its way to device groups.
package struct Rollout: Equatable, Sendable {
  /// Its id. A later one has a higher one.
  package var id: ID<Rollout>
  /// What was decided when it was made.
  package var plan: RolloutPlan
  /// How far it is.
  package var phase: Phase = .planned
  /// Whether it is disabled for all its groups, as asvin's *Disabled: Yes*.
  package var isDisabled = false
  /// Groups for which it is disabled while it continues in its others: a rollout that is *immediate* took them over.
  package var disabledGroups: Set<ID<DeviceGroup>> = []
  /// When it was started.
  package var started: Instant?
  /// The place in which it was started, from 1; 0 before that. For a device, a rollout that was started later counts.
  package var order: Int64 = 0
  /// The wave that is open, counted from 0.
  package var wave = 0
  /// How many of the devices that are in its groups now are in which state.
  package var tally = Tally()
  /// Devices among those that failed whose failure an operator has forgiven: each adds a seat to the open wave.
  package var forgivenFailures = 0
  /// How often an operator has forgiven failures. A failure belongs to the round in which it happened, so that forgiving
  /// concerns devices and not a number: one that leaves the groups takes its forgiveness with it.
  package var round = 0
  /// How many devices could take it when it ended.
  package var finalMembers: Int?

  /// How far a rollout is.
  package enum Phase: Equatable, Sendable {
    /// It waits for its time, or for an operator.
    case planned
    /// Devices are offered it.
    case running
    /// No device begins or fetches; what a device runs still counts.
    case paused(PauseCause)
    /// Every device has reached a final state, or an operator ended it with what it had reached.
    case finished
    /// It was given up.
    case aborted
  }

  /// Why a rollout is paused.
  package enum PauseCause: Equatable, Sendable {
    /// Somebody did.
    case byOperator
    /// So many devices failed that it stopped by itself.
    case failures
  }

  /// A rollout that was not started.
  package init(id: ID<Rollout>, plan: RolloutPlan) {
    self.id = id
    self.plan = plan
  }

  /// Whether it is over.
  package var isEnded: Bool { phase == .finished || phase == .aborted }

  /// The groups that it goes to now.
  package var activeGroups: Set<ID<DeviceGroup>> { plan.groups.subtracting(disabledGroups) }
}

/// What is decided when a rollout is made.
package struct RolloutPlan: Equatable, Sendable {
  /// Its name.
  package var name: String
  /// How it spreads.
  package var priority: Priority
  /// When it starts by itself; `nil` where an operator starts it.
  package var start: Instant?
  /// The groups that it goes to.
  package var groups: Set<ID<DeviceGroup>>
  /// What it brings.
  package var firmware: ID<Firmware>
  /// Who looks after it.
  package var maintainer: String

  /// How a rollout spreads.
  package enum Priority: Equatable, Sendable {
    /// To every device at once; other rollouts of its groups are disabled.
    case immediately
    /// In waves.
    case batch(BatchRules)

    /// The rules of the batch; of *immediately*, one wave of all that nothing stops.
    package var rules: BatchRules {
      if case .batch(let rules) = self { rules } else { .everyone }
    }
  }

  /// A plan of its parts.
  package init(
    name: String, priority: Priority, start: Instant?, groups: Set<ID<DeviceGroup>>, firmware: ID<Firmware>,
    maintainer: String
  ) {
    self.name = name
    self.priority = priority
    self.start = start
    self.groups = groups
    self.firmware = firmware
    self.maintainer = maintainer
  }
}
