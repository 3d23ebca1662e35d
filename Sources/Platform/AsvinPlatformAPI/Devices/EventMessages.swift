/// A device's report about a rollout.
package struct DeviceEventRequest: Codable, Equatable, Sendable {
  package var event: DeviceEvent
  package var reason: Int?
  package var progress: Int?
  package var message: String?
  package var log: String?
  package var seconds: Int64?

  package init(
    event: DeviceEvent, reason: Int? = nil, progress: Int? = nil, message: String? = nil, log: String? = nil,
    seconds: Int64? = nil
  ) {
    self.event = event
    self.reason = reason
    self.progress = progress
    self.message = message
    self.log = log
    self.seconds = seconds
  }
}

extension DeviceEventRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("event", .choice(of: DeviceEvent.self), "What happened", key: 1),
      Property(
        "reason", .integer(0...255),
        "The reason code of the failure, from the table that the verifier and the platform share",
        isRequired: false, key: 2),
      Property(
        "progress", .integer(0...100), "How much of the firmware has been fetched, in percent", isRequired: false,
        key: 3),
      Property(
        "seconds", .integer(1...PlatformLimit.postponedSeconds),
        "After how many seconds the device asks again, if it postpones the update; default 3600", isRequired: false,
        key: 4),
      Property("message", .lines(0...256), "What failed, in words; stored with a failure", isRequired: false, key: 5),
      Property(
        "log", .lines(0...PlatformLimit.logCharacters),
        "The last lines of the device's log; stored with a failure", isRequired: false, key: 6),
    ])
  }
}

/// A device's state in a rollout after a report.
package struct DeviceEventReply: Codable, Equatable, Sendable {
  package var state: RecordState
  package var failures: Int

  package init(state: RecordState, failures: Int) {
    self.state = state
    self.failures = failures
  }
}

extension DeviceEventReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("state", .choice(of: RecordState.self), "The state of the device in the rollout", key: 1),
      Property("failures", .integer(0...1000000), "How often the device has failed", key: 2),
    ])
  }
}
