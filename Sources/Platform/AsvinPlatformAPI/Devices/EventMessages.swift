/// What a device says about a rollout.
package struct DeviceEventRequest: Codable, Equatable, Sendable {
  /// What happened
  package var event: DeviceEventName
  /// Why it failed: a code of the reasons that verifier and platform share
  package var reason: Int?
  /// How much of the firmware it has, in percent
  package var progress: Int?

  /// DeviceEventRequest of its parts.
  package init(event: DeviceEventName, reason: Int? = nil, progress: Int? = nil) {
    self.event = event
    self.reason = reason
    self.progress = progress
  }
}

extension DeviceEventRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("event", .choice(DeviceEventName.allCases.map(\.rawValue)), "What happened"),
      Property(
        "reason", .integer(0...255), "Why it failed: a code of the reasons that verifier and platform share",
        isRequired: false),
      Property("progress", .integer(0...100), "How much of the firmware it has, in percent", isRequired: false),
    ])
  }
}

/// What happens to a device in a rollout.
package enum DeviceEventName: String, Codable, CaseIterable, Sendable {
  /// It fetches the firmware
  case downloading
  /// It has written it
  case installed
  /// It has started with it and works
  case confirmed
  /// It could not
  case failed
  /// It had it already
  case skipped
}

/// How a device stands in a rollout.
package struct DeviceEventReply: Codable, Equatable, Sendable {
  /// How far it is
  package var state: RecordState
  /// How often it has failed
  package var failures: Int

  /// DeviceEventReply of its parts.
  package init(state: RecordState, failures: Int) {
    self.state = state
    self.failures = failures
  }
}

extension DeviceEventReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("state", .choice(RecordState.allCases.map(\.rawValue)), "How far it is"),
      Property("failures", .integer(0...1000000), "How often it has failed"),
    ])
  }
}

/// How far a device is in a rollout.
package enum RecordState: String, Codable, CaseIterable, Sendable {
  /// It was told
  case offered
  /// It fetches
  case downloading
  /// It has written it
  case installed
  /// It runs it
  case confirmed
  /// It gave up
  case failed
  /// It had it already
  case skipped
}
