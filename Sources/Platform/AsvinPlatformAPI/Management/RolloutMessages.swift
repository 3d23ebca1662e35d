/// How a rollout spreads.
package enum PriorityName: String, Codable, CaseIterable, Sendable {
  /// In waves
  case batch
  /// To every device at once
  case immediately
}

/// What counts as success.
package enum SuccessName: String, Codable, CaseIterable, Sendable {
  /// That a device runs the firmware
  case confirmed
  /// That it has written it
  case installed
}

/// How far a rollout is.
package enum PhaseName: String, Codable, CaseIterable, Sendable {
  /// It was not started
  case planned
  /// Devices are offered it
  case running
  /// An operator paused it
  case paused
  /// So many devices failed that it paused itself
  case stopped
  /// All that is to happen has
  case finished
  /// It was given up
  case aborted
}

/// A part of each day, UTC.
package struct WindowMessage: Codable, Equatable, Sendable {
  /// Its first minute
  package var from: String
  /// The first minute behind it
  package var until: String

  /// WindowMessage of its parts.
  package init(from: String, until: String) {
    self.from = from
    self.until = until
  }
}

extension WindowMessage: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("from", .pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$"), "Its first minute"),
      Property("until", .pattern("^([01][0-9]|2[0-3]):[0-5][0-9]$"), "The first minute behind it"),
    ])
  }
}

/// How a rollout spreads in waves.
package struct BatchMessage: Codable, Equatable, Sendable {
  /// How many devices each wave and those before it let in: 5, or 30%
  package var waves: [String]
  /// Percent of a wave that must succeed before the next one opens; 100 where not given
  package var successThreshold: Int?
  /// Percent of a wave whose failure stops the rollout
  package var failureThreshold: Int?
  /// How often a device that failed may try again
  package var retries: Int?
  /// When a device may begin
  package var window: WindowMessage?
  /// What counts as success; confirmed where not given
  package var success: SuccessName?
  /// Whether it finishes when every device is done; true where not given
  package var endsWhenDone: Bool?

  /// BatchMessage of its parts.
  package init(
    waves: [String], successThreshold: Int? = nil, failureThreshold: Int? = nil, retries: Int? = nil,
    window: WindowMessage? = nil, success: SuccessName? = nil, endsWhenDone: Bool? = nil
  ) {
    self.waves = waves
    self.successThreshold = successThreshold
    self.failureThreshold = failureThreshold
    self.retries = retries
    self.window = window
    self.success = success
    self.endsWhenDone = endsWhenDone
  }
}

extension BatchMessage: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property(
        "waves", .list(.pattern("^[1-9][0-9]{0,8}%?$"), atMost: 32),
        "How many devices each wave and those before it let in: 5, or 30%"),
      Property(
        "successThreshold", .integer(1...100),
        "Percent of a wave that must succeed before the next one opens; 100 where not given", isRequired: false),
      Property(
        "failureThreshold", .integer(1...100), "Percent of a wave whose failure stops the rollout", isRequired: false),
      Property("retries", .integer(0...100), "How often a device that failed may try again", isRequired: false),
      Property("window", WindowMessage.schema, "When a device may begin", isRequired: false),
      Property(
        "success", .choice(SuccessName.allCases.map(\.rawValue)), "What counts as success; confirmed where not given",
        isRequired: false),
      Property(
        "endsWhenDone", .boolean, "Whether it finishes when every device is done; true where not given",
        isRequired: false),
    ])
  }
}

/// A new rollout.
package struct RolloutRequest: Codable, Equatable, Sendable {
  /// Its name
  package var name: String
  /// What it brings
  package var firmware: Int64
  /// The device groups that it goes to
  package var groups: [Int64]
  /// How it spreads
  package var priority: PriorityName
  /// The rules of a batch
  package var batch: BatchMessage?
  /// When it starts by itself
  package var start: Int64?

  /// RolloutRequest of its parts.
  package init(
    name: String, firmware: Int64, groups: [Int64], priority: PriorityName, batch: BatchMessage? = nil,
    start: Int64? = nil
  ) {
    self.name = name
    self.firmware = firmware
    self.groups = groups
    self.priority = priority
    self.batch = batch
    self.start = start
  }
}

extension RolloutRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("name", .text(1...256), "Its name"),
      Property("firmware", .integer(1...9_007_199_254_740_991), "What it brings"),
      Property("groups", .list(.integer(1...9_007_199_254_740_991), atMost: 1000), "The device groups that it goes to"),
      Property("priority", .choice(PriorityName.allCases.map(\.rawValue)), "How it spreads"),
      Property("batch", BatchMessage.schema, "The rules of a batch", isRequired: false),
      Property("start", .time, "When it starts by itself", isRequired: false),
    ])
  }
}

/// A rollout.
package struct RolloutReply: Codable, Equatable, Sendable {
  /// Its id
  package var id: Int64
  /// Its name
  package var name: String
  /// What it brings
  package var firmware: Int64
  /// The device groups
  package var groups: [Int64]
  /// How it spreads
  package var priority: PriorityName
  /// How far it is
  package var phase: PhaseName
  /// Whether it is disabled for all its groups
  package var isDisabled: Bool
  /// Who looks after it
  package var maintainer: String
  /// The wave that is open, from 0
  package var wave: Int
  /// Devices in its groups that can take the firmware; of an ended rollout, when it ended
  package var members: Int
  /// How many devices are how far
  package var tally: TallyMessage
  /// The rules of a batch
  package var batch: BatchMessage?
  /// When it starts by itself
  package var start: Int64?
  /// When it was started
  package var started: Int64?
  /// All devices in its groups
  package var inGroups: Int?
  /// Devices for which it is a success, or that had the firmware already
  package var done: Int?
  /// What it waits for, where it does not proceed by itself
  package var waits: String?
  /// Groups for which it is disabled while it continues in its others
  package var disabledGroups: [Int64]?
  /// What it disables when it starts, or has disabled by starting
  package var disables: [DisplacedRollout]?

  /// RolloutReply of its parts.
  package init(
    id: Int64, name: String, firmware: Int64, groups: [Int64], priority: PriorityName, phase: PhaseName,
    isDisabled: Bool, maintainer: String, wave: Int, members: Int, tally: TallyMessage, batch: BatchMessage? = nil,
    start: Int64? = nil, started: Int64? = nil
  ) {
    self.id = id
    self.name = name
    self.firmware = firmware
    self.groups = groups
    self.priority = priority
    self.phase = phase
    self.isDisabled = isDisabled
    self.maintainer = maintainer
    self.wave = wave
    self.members = members
    self.tally = tally
    self.batch = batch
    self.start = start
    self.started = started
  }
}

extension RolloutReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("id", .integer(1...9_007_199_254_740_991), "Its id"),
      Property("name", .anyText, "Its name"),
      Property("firmware", .integer(1...9_007_199_254_740_991), "What it brings"),
      Property("groups", .list(.integer(1...9_007_199_254_740_991), atMost: nil), "The device groups"),
      Property("priority", .choice(PriorityName.allCases.map(\.rawValue)), "How it spreads"),
      Property("phase", .choice(PhaseName.allCases.map(\.rawValue)), "How far it is"),
      Property("isDisabled", .boolean, "Whether it is disabled for all its groups"),
      Property("maintainer", .anyText, "Who looks after it"),
      Property("wave", .integer(0...32), "The wave that is open, from 0"),
      Property(
        "members", .integer(0...1_000_000_000),
        "Devices in its groups that can take the firmware; of an ended rollout, when it ended"),
      Property("tally", TallyMessage.schema, "How many devices are how far"),
      Property("batch", BatchMessage.schema, "The rules of a batch", isRequired: false),
      Property("start", .time, "When it starts by itself", isRequired: false),
      Property("started", .time, "When it was started", isRequired: false),
      Property("inGroups", .integer(0...1_000_000_000), "All devices in its groups", isRequired: false),
      Property(
        "done", .integer(0...1_000_000_000), "Devices for which it is a success, or that had the firmware already",
        isRequired: false),
      Property(
        "waits", .anyText, "What it waits for, where it does not proceed by itself", isRequired: false),
      Property(
        "disabledGroups", .list(.integer(1...9_007_199_254_740_991), atMost: nil),
        "Groups for which it is disabled while it continues in its others", isRequired: false),
      Property(
        "disables", .list(DisplacedRollout.schema, atMost: nil),
        "What it disables when it starts, or has disabled by starting", isRequired: false),
    ])
  }
}

/// How many devices are how far.
package struct TallyMessage: Codable, Equatable, Sendable {
  /// They were told
  package var offered: Int
  /// They fetch
  package var downloading: Int
  /// They have written it
  package var installed: Int
  /// They run it
  package var confirmed: Int
  /// They gave up
  package var failed: Int
  /// They had it already
  package var skipped: Int

  /// TallyMessage of its parts.
  package init(offered: Int, downloading: Int, installed: Int, confirmed: Int, failed: Int, skipped: Int) {
    self.offered = offered
    self.downloading = downloading
    self.installed = installed
    self.confirmed = confirmed
    self.failed = failed
    self.skipped = skipped
  }
}

extension TallyMessage: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("offered", .integer(0...1000000000), "They were told"),
      Property("downloading", .integer(0...1000000000), "They fetch"),
      Property("installed", .integer(0...1000000000), "They have written it"),
      Property("confirmed", .integer(0...1000000000), "They run it"),
      Property("failed", .integer(0...1000000000), "They gave up"),
      Property("skipped", .integer(0...1000000000), "They had it already"),
    ])
  }
}

/// Rollouts.
package struct RolloutList: Codable, Equatable, Sendable {
  /// The rollouts
  package var items: [RolloutReply]

  /// RolloutList of its parts.
  package init(items: [RolloutReply]) {
    self.items = items
  }
}

extension RolloutList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(RolloutReply.schema, atMost: nil), "The rollouts")
    ])
  }
}

/// A device's part in a rollout.
package struct RolloutDeviceReply: Codable, Equatable, Sendable {
  /// The device
  package var device: Int64
  /// What it calls itself
  package var name: String
  /// How far it is
  package var state: RecordState
  /// How often it has failed
  package var failures: Int
  /// Why it failed last; 0 where it has not
  package var reason: Int
  /// How much of the firmware it has, in percent
  package var progress: Int
  /// When it last changed
  package var changed: Int64

  /// RolloutDeviceReply of its parts.
  package init(
    device: Int64, name: String, state: RecordState, failures: Int, reason: Int, progress: Int, changed: Int64
  ) {
    self.device = device
    self.name = name
    self.state = state
    self.failures = failures
    self.reason = reason
    self.progress = progress
    self.changed = changed
  }
}

extension RolloutDeviceReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("device", .integer(1...9_007_199_254_740_991), "The device"),
      Property("name", .anyText, "What it calls itself"),
      Property("state", .choice(RecordState.allCases.map(\.rawValue)), "How far it is"),
      Property("failures", .integer(0...1000000), "How often it has failed"),
      Property("reason", .integer(0...255), "Why it failed last; 0 where it has not"),
      Property("progress", .integer(0...100), "How much of the firmware it has, in percent"),
      Property("changed", .time, "When it last changed"),
    ])
  }
}

/// Devices of a rollout.
package struct RolloutDeviceList: Codable, Equatable, Sendable {
  /// The devices
  package var items: [RolloutDeviceReply]
  /// What to give as after for the next page
  package var next: Int64?

  /// RolloutDeviceList of its parts.
  package init(items: [RolloutDeviceReply], next: Int64? = nil) {
    self.items = items
    self.next = next
  }
}

extension RolloutDeviceList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(RolloutDeviceReply.schema, atMost: nil), "The devices"),
      Property(
        "next", .integer(1...9_007_199_254_740_991), "What to give as after for the next page", isRequired: false),
    ])
  }
}
