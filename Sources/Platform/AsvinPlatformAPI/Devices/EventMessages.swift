/// A device's report about a rollout.
package struct DeviceEventRequest: Codable, Equatable, Sendable {
  package var event: DeviceEvent
  package var reason: Int?
  package var progress: Int?

  package init(event: DeviceEvent, reason: Int? = nil, progress: Int? = nil) {
    self.event = event
    self.reason = reason
    self.progress = progress
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
