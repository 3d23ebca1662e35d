/// A device's part in a rollout, as its history shows it.
package struct HistoryEntry: Codable, Equatable, Sendable {
  package var rollout: Int64
  package var name: String
  package var firmware: Int64
  package var firmwareName: String
  package var version: String
  package var state: RecordState
  package var failures: Int
  package var reason: Int
  package var reasonName: String?
  package var message: String?
  package var log: String?
  package var changed: Int64

  package init(
    rollout: Int64, name: String, firmware: Int64, firmwareName: String, version: String, state: RecordState,
    failures: Int, reason: Int, changed: Int64
  ) {
    (self.rollout, self.name, self.firmware) = (rollout, name, firmware)
    (self.firmwareName, self.version, self.state) = (firmwareName, version, state)
    (self.failures, self.reason, self.changed) = (failures, reason, changed)
  }
}

extension HistoryEntry: Described {
  package static var schema: MessageSchema {
    .object([
      Property("rollout", .id, "The rollout's id"),
      Property("name", .anyText, "The rollout's name"),
      Property("firmware", .id, "The firmware's id"),
      Property("firmwareName", .anyText, "The product's name"),
      Property("version", .anyText, "The version of the firmware"),
      Property("state", .choice(of: RecordState.self), "The state of the device in the rollout"),
      Property("failures", .integer(0...1_000_000), "How often the device has failed"),
      Property("reason", .integer(0...255), "The reason code of the last failure, or 0"),
      Property("reasonName", .anyText, "The name of the reason", isRequired: false),
      Property("message", .anyText, "What failed, in the words of the device", isRequired: false),
      Property("log", .anyText, "The last lines of the device's log at the failure", isRequired: false),
      Property("changed", .time, "When the state last changed"),
    ])
  }
}

/// A page of a device's history, the newest rollout first.
package struct HistoryList: Codable, Equatable, Sendable {
  package var items: [HistoryEntry]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [HistoryEntry], next: String? = nil) { (self.items, self.next) = (items, next) }
}

extension HistoryList: Described {
  package static var schema: MessageSchema {
    .object(
      [Property("items", .list(HistoryEntry.schema, atMost: nil), "The rollouts to the device")] + Property.pageEnd)
  }
}

/// The number of devices that reported a version last.
package struct VersionCountReply: Codable, Equatable, Sendable {
  package var version: String
  package var devices: Int

  package init(version: String, devices: Int) { (self.version, self.devices) = (version, devices) }
}

extension VersionCountReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("version", .anyText, "The version"), Property("devices", .count, "The number of devices"),
    ])
  }
}

/// A page of the versions of a fleet, in the order of their bytes.
package struct VersionList: Codable, Equatable, Sendable {
  package var items: [VersionCountReply]
  package var next: String?

  package init(items: [VersionCountReply], next: String? = nil) { (self.items, self.next) = (items, next) }
}

extension VersionList: Described {
  package static var schema: MessageSchema {
    .object([
      Property("items", .list(VersionCountReply.schema, atMost: nil), "The versions"),
      Property(
        "next", .anyText, "The value of the query parameter after for the next page; absent on the last page",
        isRequired: false),
    ])
  }
}
