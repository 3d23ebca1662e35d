/// The devices for which all of these conditions hold.
package struct DeviceSelection: Codable, Equatable, Sendable {
  package var search: String?
  package var group: Int64?
  package var placement: DevicePlacement?
  package var version: String?
  package var deviceClass: String?
  package var verifying: Bool?
  package var seenSince: Int64?
  package var seenBefore: Int64?
  package var tags: [String]?
  package var attributes: [AttributeMessage]?

  package init() {}

  enum CodingKeys: String, CodingKey {
    case search, group, placement, version, verifying, seenSince, seenBefore, tags, attributes
    case deviceClass = "class"
  }
}

extension DeviceSelection: Described {
  package static var schema: MessageSchema {
    .object([
      Property("search", .text(1...64), "The name or label contains this text", isRequired: false),
      Property("group", .id, "The device is in this device group", isRequired: false),
      Property("placement", .choice(of: DevicePlacement.self), "The placement", isRequired: false),
      Property("version", .text(1...128), "The version that the device reported last", isRequired: false),
      Property("class", .uuid, "The class id", isRequired: false),
      Property("verifying", .boolean, "Whether the device verifies releases", isRequired: false),
      Property("seenSince", .time, "The device made contact at this time or later", isRequired: false),
      Property("seenBefore", .time, "The device has made no contact since this time", isRequired: false),
      Property("tags", .list(.tag, atMost: 8), "The device has all of these tags", isRequired: false),
      Property(
        "attributes", .list(AttributeMessage.schema, atMost: 8), "The device reports all of these", isRequired: false),
    ])
  }
}

/// What is done to many devices.
package enum BulkAction: String, Codable, CaseIterable, Sendable {
  /// Gives them a placement, and a group.
  case place
  case tag
  case remove
  /// Places devices in the lobby by the rules of the workspace.
  case placeByRule = "place-by-rule"
}

/// A change of all selected devices. Without `expected`, they are only counted.
package struct BulkRequest: Codable, Equatable, Sendable {
  package var selection: DeviceSelection
  package var action: BulkAction
  package var expected: Int?
  package var placement: DevicePlacement?
  package var group: Int64?
  package var addTags: [String]?
  package var removeTags: [String]?

  package init(_ action: BulkAction, of selection: DeviceSelection) {
    (self.selection, self.action) = (selection, action)
  }
}

extension BulkRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("selection", DeviceSelection.schema, "The devices"),
      Property("action", .choice(of: BulkAction.self), "What is done"),
      Property(
        "expected", .integer(0...Int64(PlatformLimit.bulkDevices)),
        "The number of devices that the caller expects; without it, nothing is changed", isRequired: false),
      Property("placement", .choice(of: DevicePlacement.self), "The new placement", isRequired: false),
      Property("group", .id, "The new device group", isRequired: false),
      Property("addTags", .list(.tag, atMost: PlatformLimit.tags), "Tags to add", isRequired: false),
      Property("removeTags", .list(.tag, atMost: PlatformLimit.tags), "Tags to remove", isRequired: false),
    ])
  }
}

/// The number of selected devices, and of those that were changed.
package struct BulkReply: Codable, Equatable, Sendable {
  package var devices: Int
  package var changed: Int

  package init(devices: Int, changed: Int) { (self.devices, self.changed) = (devices, changed) }
}

extension BulkReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("devices", .count, "The number of selected devices"),
      Property("changed", .count, "The number of devices that were changed"),
    ])
  }
}

/// A rule that places new devices in a group.
package struct PlacementRuleMessage: Codable, Equatable, Sendable {
  package var group: Int64
  package var namePrefix: String?
  package var deviceClass: String?
  package var version: String?
  package var verifying: Bool?

  package init(group: Int64) { self.group = group }

  enum CodingKeys: String, CodingKey {
    case group, namePrefix, version, verifying
    case deviceClass = "class"
  }
}

extension PlacementRuleMessage: Described {
  package static var schema: MessageSchema {
    .object([
      Property("group", .id, "The device group"),
      Property("namePrefix", .text(1...128), "The beginning of the device's name", isRequired: false),
      Property("class", .uuid, "The class id", isRequired: false),
      Property("version", .text(1...128), "The version that the device reports", isRequired: false),
      Property("verifying", .boolean, "Whether the device verifies releases", isRequired: false),
    ])
  }
}

/// The rules of a workspace in their order. The first rule whose conditions hold for a new device is applied.
package struct PlacementRules: Codable, Equatable, Sendable {
  package var rules: [PlacementRuleMessage]

  package init(rules: [PlacementRuleMessage]) { self.rules = rules }
}

extension PlacementRules: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "rules", .list(PlacementRuleMessage.schema, atMost: PlatformLimit.placementRules), "The rules in their order")
    ])
  }
}
