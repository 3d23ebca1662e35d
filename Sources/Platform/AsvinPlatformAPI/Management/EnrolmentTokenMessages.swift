package struct EnrolmentTokenRequest: Codable, Equatable, Sendable {
  package var name: String
  package var days: Int?
  package var uses: Int?
  package var group: Int64?

  package init(name: String, days: Int? = nil, uses: Int? = nil, group: Int64? = nil) {
    (self.name, self.days, self.uses, self.group) = (name, days, uses, group)
  }
}

extension EnrolmentTokenRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...64), "The name of the token, which the audit log shows"),
      Property(
        "days", .integer(1...3650),
        "The number of days for which the token is valid; without it, until the token is revoked", isRequired: false),
      Property(
        "uses", .integer(1...1_000_000), "The number of devices that the token enrols; without it, any number",
        isRequired: false),
      Property(
        "group", .id, "The device group of the devices that it enrols; without it, they wait in the lobby",
        isRequired: false),
    ])
  }
}

package struct EnrolmentTokenReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var created: Int64
  package var expires: Int64?
  package var limit: Int?
  package var uses: Int
  package var lastUse: Int64?
  package var group: Int64?
  package var device: Int64?
  package var token: String?
  package var handle: String
  package var proofKey: String?

  package init(
    id: Int64, name: String, handle: String, created: Int64, expires: Int64? = nil, limit: Int? = nil, uses: Int = 0,
    group: Int64? = nil, device: Int64? = nil
  ) {
    (self.id, self.name, self.handle, self.created) = (id, name, handle, created)
    (self.expires, self.limit, self.uses) = (expires, limit, uses)
    (self.group, self.device) = (group, device)
  }
}

extension EnrolmentTokenReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("name", .anyText, "The name of the token, which the audit log shows"),
      Property("created", .time, "When it was created"),
      Property("expires", .time, "When it expires", isRequired: false),
      Property("limit", .count, "The number of devices that it may enrol", isRequired: false),
      Property("uses", .count, "The number of devices that it has enrolled"),
      Property("lastUse", .time, "When it enrolled the last of them", isRequired: false),
      Property("group", .id, "The device group of the devices that it enrols", isRequired: false),
      Property("device", .id, "The device whose key it replaces; it enrols no other device", isRequired: false),
      Property(
        "handle", .anyText, "The public part of the token: the device key in the proof of a microcontroller's enrolment"
      ),
      Property(
        "proofKey", .anyText,
        "The customer key in the proof of a microcontroller's enrolment: returned only once, when the token is created",
        isRequired: false),
      Property("token", .anyText, "The secret token: returned only once, when the token is created", isRequired: false),
    ])
  }
}

package struct EnrolmentTokenList: Codable, Equatable, Sendable {
  package var items: [EnrolmentTokenReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [EnrolmentTokenReply], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

extension EnrolmentTokenList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(EnrolmentTokenReply.schema, atMost: nil), "The tokens")] + Property.pageEnd)
  }
}

/// What a workspace switches on and off.
package struct SettingsMessage: Codable, Equatable, Sendable {
  package var asvinClients: Bool
  package var customerKeyEnrolment: Bool
  package var approval: Bool

  package init(asvinClients: Bool, customerKeyEnrolment: Bool, approval: Bool) {
    (self.asvinClients, self.customerKeyEnrolment, self.approval) = (asvinClients, customerKeyEnrolment, approval)
  }
}

/// A change of the settings. What it leaves out stays as it is, so that two administrators do not undo each other's change.
package struct SettingsChange: Codable, Equatable, Sendable {
  package var asvinClients: Bool?
  package var customerKeyEnrolment: Bool?
  package var approval: Bool?

  package init(asvinClients: Bool? = nil, customerKeyEnrolment: Bool? = nil, approval: Bool? = nil) {
    (self.asvinClients, self.customerKeyEnrolment, self.approval) = (asvinClients, customerKeyEnrolment, approval)
  }

  package var isEmpty: Bool { self == SettingsChange() }
}

extension SettingsChange: Described {
  package static var schema: MessageSchema {
    guard case .object(let properties) = SettingsMessage.schema else { return SettingsMessage.schema }
    return .object(properties.map { Property($0.name, $0.schema, $0.summary, isRequired: false) })
  }
}

extension SettingsMessage: Described {
  package static var schema: MessageSchema {
    .object([
      Property("asvinClients", .boolean, "Whether the API of asvin's own device clients is served"),
      Property(
        "customerKeyEnrolment", .boolean,
        "Whether a customer key enrols any device with a key of its own, and not only expected devices"),
      Property("approval", .boolean, "Whether every rollout needs the approval of a second person"),
    ])
  }
}
