/// A part of the days of the week, UTC or in the time of each device.
package struct WindowMessage: Codable, Equatable, Sendable {
  package var from: String
  package var until: String
  package var days: [Weekday]?
  package var isDeviceTime: Bool?

  package init(from: String, until: String, days: [Weekday]? = nil, isDeviceTime: Bool? = nil) {
    self.from = from
    self.until = until
    self.days = days
    self.isDeviceTime = isDeviceTime
  }
}

extension WindowMessage: Described {
  package static var schema: MessageSchema {
    .object([
      Property("from", .timeOfDay, "The first minute of the window"),
      Property("until", .timeOfDay, "The first minute after the window"),
      Property(
        "days", .list(.choice(of: Weekday.self), atMost: 7),
        "The days on which the window begins; without it, every day", isRequired: false),
      Property(
        "isDeviceTime", .boolean,
        "Whether the times are those of each device, by the utcOffset that it reports; default false, which is UTC",
        isRequired: false),
    ])
  }
}

/// The rules of a rollout in waves.
package struct BatchMessage: Codable, Equatable, Sendable {
  package var waves: [String]
  package var successThreshold: Int?
  package var failureThreshold: Int?
  package var retries: Int?
  package var window: WindowMessage?
  package var success: SuccessCriterion?
  package var endsWhenDone: Bool?
  package var soak: Int64?
  package var atOnce: Int?
  package var bytesPerSecond: Int64?
  package var stalled: StalledRule?

  package init(
    waves: [String], successThreshold: Int? = nil, failureThreshold: Int? = nil, retries: Int? = nil,
    window: WindowMessage? = nil, success: SuccessCriterion? = nil, endsWhenDone: Bool? = nil, soak: Int64? = nil,
    atOnce: Int? = nil, bytesPerSecond: Int64? = nil, stalled: StalledRule? = nil
  ) {
    self.waves = waves
    self.successThreshold = successThreshold
    self.failureThreshold = failureThreshold
    self.retries = retries
    self.window = window
    self.success = success
    self.endsWhenDone = endsWhenDone
    self.soak = soak
    self.atOnce = atOnce
    self.bytesPerSecond = bytesPerSecond
    self.stalled = stalled
  }
}

extension BatchMessage: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "waves", .list(.pattern("^[1-9][0-9]{0,8}%?$"), atMost: 32),
        "The cumulative size of each wave: a number of devices such as 5, or a percentage such as 30%"),
      Property(
        "successThreshold", .integer(1...100),
        "The percentage of a wave that must succeed before the next wave opens; default 100", isRequired: false),
      Property(
        "failureThreshold", .integer(1...100),
        "The percentage of a wave whose failure stops the rollout; without it, failures do not stop it",
        isRequired: false),
      Property(
        "retries", .integer(0...100), "How often a device that failed may try again; default 0", isRequired: false),
      Property(
        "window", WindowMessage.schema, "The part of each day in which a device may begin; without it, at any time",
        isRequired: false),
      Property(
        "success", .choice(of: SuccessCriterion.self), "What counts as success; default confirmed",
        isRequired: false),
      Property(
        "endsWhenDone", .boolean,
        "Whether the rollout finishes when every device has reached a final state; default true",
        isRequired: false),
      Property(
        "soak", .integer(0...PlatformLimit.rolloutSeconds),
        "Seconds for which a wave must have reached its success threshold before the next wave opens; default 0",
        isRequired: false),
      Property(
        "atOnce", .integer(1...1_000_000_000), "How many devices may update at the same time; without it, any number",
        isRequired: false),
      Property(
        "bytesPerSecond", .integer(1...PlatformLimit.rolloutBytesPerSecond),
        "Bytes of payloads that are offered in a second on average; without it, any number", isRequired: false),
      Property(
        "stalled", .choice(of: StalledRule.self),
        "How a device counts that was not heard of for too long; default failure", isRequired: false),
    ])
  }
}

package struct RolloutRequest: Codable, Equatable, Sendable {
  package var name: String
  package var firmware: Int64
  package var groups: [Int64]
  package var priority: Priority
  package var batch: BatchMessage?
  package var start: Int64?
  package var times: TimesMessage?
  package var needsApproval: Bool?

  package init(
    name: String, firmware: Int64, groups: [Int64], priority: Priority, batch: BatchMessage? = nil,
    start: Int64? = nil, times: TimesMessage? = nil, needsApproval: Bool? = nil
  ) {
    self.name = name
    self.firmware = firmware
    self.groups = groups
    self.priority = priority
    self.batch = batch
    self.start = start
    self.times = times
    self.needsApproval = needsApproval
  }
}

extension RolloutRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...256), "The name"),
      Property("firmware", .id, "The firmware's id"),
      Property("groups", .list(.id, atMost: 1000), "The target device groups"),
      Property("priority", .choice(of: Priority.self), "The priority"),
      Property("batch", BatchMessage.schema, "The rules of the priority batch", isRequired: false),
      Property("start", .time, "When the rollout starts; without it, an operator starts it", isRequired: false),
      Property("times", TimesMessage.schema, "How long the rollout waits; without it, the defaults", isRequired: false),
      Property(
        "needsApproval", .boolean,
        "Whether the owner of another token must approve the rollout before it starts; default false",
        isRequired: false),
    ])
  }
}

package struct RolloutReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var firmware: Int64
  package var groups: [Int64]
  package var priority: Priority
  package var phase: Phase
  package var isDisabled: Bool
  package var maintainer: String
  package var wave: Int
  package var members: Int
  package var tally: RolloutTally
  package var batch: BatchMessage?
  package var start: Int64?
  package var started: Int64?
  package var inGroups: Int?
  package var done: Int?
  package var waits: String?
  package var disabledGroups: [Int64]?
  package var disables: [DisplacedRollout]?
  package var times: TimesMessage?
  package var age: Int64?
  package var soaked: Int64?
  package var needsApproval: Bool?
  package var approvedBy: String?
  package var firmwareName: String?
  package var firmwareVersion: String?
  package var fileGroup: String?
  package var groupNames: [String]?
  package var waveSizes: [Int]?

  package init(
    id: Int64, name: String, firmware: Int64, groups: [Int64], priority: Priority, phase: Phase,
    isDisabled: Bool, maintainer: String, wave: Int, members: Int, tally: RolloutTally, batch: BatchMessage? = nil,
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
  package static var schema: MessageSchema {
    .object([
      Property("id", .size, "The id; 0 for a plan that is only previewed"),
      Property("name", .anyText, "The name"),
      Property("firmware", .id, "The firmware's id"),
      Property("groups", .list(.id, atMost: nil), "The device groups"),
      Property("priority", .choice(of: Priority.self), "The priority"),
      Property("phase", .choice(of: Phase.self), "The state of the device in the rollout"),
      Property("isDisabled", .boolean, "Whether the rollout is disabled in all of its groups"),
      Property("maintainer", .anyText, "The name of the token that created the rollout"),
      Property("wave", .integer(0...32), "The number of the open wave, from 0"),
      Property(
        "members", .count,
        "The number of devices in the target groups that can use the firmware; of an ended rollout, the number when it ended"
      ),
      Property("tally", RolloutTally.schema, "The number of devices in each state"),
      Property("batch", BatchMessage.schema, "The rules of the priority batch", isRequired: false),
      Property("start", .time, "When the rollout starts; without it, an operator starts it", isRequired: false),
      Property("started", .time, "When the rollout was started", isRequired: false),
      Property("inGroups", .count, "The number of devices in the target groups", isRequired: false),
      Property(
        "done", .count, "The number of devices that succeeded or already had the firmware",
        isRequired: false),
      Property(
        "waits", .anyText, "What the rollout waits for, if it does not proceed by itself", isRequired: false),
      Property(
        "disabledGroups", .list(.id, atMost: nil),
        "The groups in which the rollout is disabled while it continues in the others", isRequired: false),
      Property(
        "disables", .list(DisplacedRollout.schema, atMost: nil),
        "The rollouts that it disables when it starts, or disabled when it started", isRequired: false),
      Property("times", TimesMessage.schema, "How long the rollout waits", isRequired: false),
      Property("age", .count, "Seconds of the deadline that have passed", isRequired: false),
      Property(
        "soaked", .count,
        "Seconds of the soak time that have passed, if the open wave has reached its success threshold",
        isRequired: false),
      Property(
        "needsApproval", .boolean, "Whether the owner of another token must approve the rollout", isRequired: false),
      Property("approvedBy", .anyText, "The name of the token that approved the rollout", isRequired: false),
      Property("firmwareName", .anyText, "The firmware's name", isRequired: false),
      Property("firmwareVersion", .anyText, "The firmware's version", isRequired: false),
      Property("fileGroup", .anyText, "The name of the firmware's file group", isRequired: false),
      Property(
        "groupNames", .list(.anyText, atMost: nil), "The names of the device groups, in the order of groups",
        isRequired: false),
      Property(
        "waveSizes", .list(.count, atMost: nil),
        "The number of devices in each wave and the waves before it; the last wave includes every device",
        isRequired: false),
    ])
  }
}

/// The number of devices in each state. It is stored with a rollout, so that no decision counts its devices.
package struct RolloutTally: Codable, Equatable, Sendable {
  package var offered = 0
  package var downloading = 0
  package var installed = 0
  package var confirmed = 0
  package var failed = 0
  package var skipped = 0
  package var stalled = 0
  package var queued = 0
  /// How many of ``installed`` cannot confirm by themselves. Messages do not have it.
  package var installedUnconfirmable = 0

  package init() {}

  enum CodingKeys: String, CodingKey {
    case offered, downloading, installed, confirmed, failed, skipped, stalled, queued
  }
}

extension RolloutTally: Described {
  package static var schema: MessageSchema {
    .object([
      Property("offered", .count, "Devices that were offered the firmware and have not begun"),
      Property("downloading", .count, "Devices that are fetching the firmware"),
      Property("installed", .count, "Devices that have written the firmware and have not confirmed it"),
      Property("confirmed", .count, "Devices that run the firmware"),
      Property("failed", .count, "Devices that failed"),
      Property("skipped", .count, "Devices that already had the firmware"),
      Property("stalled", .count, "Devices that were not heard of for too long"),
      Property("queued", .count, "Devices that have postponed the update or may try again, and wait for a place"),
    ])
  }
}

package struct RolloutList: Codable, Equatable, Sendable {
  package var items: [RolloutReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [RolloutReply], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

extension RolloutList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(RolloutReply.schema, atMost: nil), "The rollouts")] + Property.pageEnd)
  }
}

/// A device's part in a rollout.
package struct RolloutDeviceReply: Codable, Equatable, Sendable {
  package var device: Int64
  package var name: String
  package var state: RecordState
  package var failures: Int
  package var reason: Int
  package var progress: Int
  package var changed: Int64

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
  package static var schema: MessageSchema {
    .object([
      Property("device", .id, "The device's id"),
      Property("name", .anyText, "The device's own name"),
      Property("state", .choice(of: RecordState.self), "The state of the device in the rollout"),
      Property("failures", .integer(0...1000000), "How often the device has failed"),
      Property("reason", .integer(0...255), "The reason code of the last failure, or 0"),
      Property("progress", .integer(0...100), "How much of the firmware has been fetched, in percent"),
      Property("changed", .time, "When the state last changed"),
    ])
  }
}

package struct RolloutDeviceList: Codable, Equatable, Sendable {
  package var items: [RolloutDeviceReply]
  package var next: Int64?

  package init(items: [RolloutDeviceReply], next: Int64? = nil) {
    self.items = items
    self.next = next
  }
}

extension RolloutDeviceList: Described {
  package static var schema: MessageSchema {
    .object([
      Property("items", .list(RolloutDeviceReply.schema, atMost: nil), "The devices"),
      Property(
        "next", .id, "The value of the query parameter after for the next page; absent on the last page",
        isRequired: false),
    ])
  }
}

/// How many devices failed for a reason.
package struct FailureCount: Codable, Equatable, Sendable {
  package var reason: Int
  package var reasonName: String?
  package var devices: Int

  package init(reason: Int, reasonName: String?, devices: Int) {
    (self.reason, self.reasonName, self.devices) = (reason, reasonName, devices)
  }
}

extension FailureCount: Described {
  package static var schema: MessageSchema {
    .object([
      Property("reason", .integer(0...255), "The reason code of the last failure, or 0"),
      Property("reasonName", .anyText, "The name of the reason", isRequired: false),
      Property("devices", .count, "The number of devices"),
    ])
  }
}

package struct FailureList: Codable, Equatable, Sendable {
  package var items: [FailureCount]

  package init(items: [FailureCount]) { self.items = items }
}

extension FailureList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(FailureCount.schema, atMost: nil), "The reasons, the most common first")])
  }
}

/// A rollout that another rollout with the priority immediately disables in some of its groups.
package struct DisplacedRollout: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var groups: [Int64]

  package init(id: Int64, name: String, groups: [Int64]) {
    self.id = id
    self.name = name
    self.groups = groups
  }
}

extension DisplacedRollout: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("name", .anyText, "The name"),
      Property(
        "groups", .list(.id, atMost: nil), "The device groups in which the rollout is disabled"),
    ])
  }
}
