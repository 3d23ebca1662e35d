package struct DeviceReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var label: String
  package var placement: DevicePlacement
  package var version: String
  package var isVerifying: Bool
  package var registered: Int64
  package var seen: Int64
  package var group: Int64?
  package var groupName: String?
  package var deviceClass: String?
  package var behindSince: Int64?
  package var tags: [String]?
  package var attributes: [AttributeMessage]?

  package init(
    id: Int64, name: String, label: String, placement: DevicePlacement, version: String, isVerifying: Bool,
    registered: Int64, seen: Int64, group: Int64? = nil, deviceClass: String? = nil, behindSince: Int64? = nil
  ) {
    self.id = id
    self.name = name
    self.label = label
    self.placement = placement
    self.version = version
    self.isVerifying = isVerifying
    self.registered = registered
    self.seen = seen
    self.group = group
    self.deviceClass = deviceClass
    self.behindSince = behindSince
  }

  enum CodingKeys: String, CodingKey {
    case id, name, label, placement, version, isVerifying, registered, seen, group, groupName, behindSince, tags,
      attributes
    case deviceClass = "class"
  }
}

extension DeviceReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("name", .anyText, "The device's own name"),
      Property("label", .anyText, "The name that operators see"),
      Property("placement", .choice(of: DevicePlacement.self), "The device's placement"),
      Property("version", .anyText, "The version that the device last reported"),
      Property("isVerifying", .boolean, "Whether the device verifies releases itself"),
      Property("registered", .time, "When the device registered"),
      Property("seen", .time, "When the device last made contact"),
      Property("group", .id, "The device group", isRequired: false),
      Property("groupName", .anyText, "The name of the device group", isRequired: false),
      Property("class", .uuid, "The class id", isRequired: false),
      Property(
        "behindSince", .time, "The start of the first rollout that the device has not completed", isRequired: false),
      Property("tags", .list(.anyText, atMost: nil), "The tags", isRequired: false),
      Property(
        "attributes", .list(AttributeMessage.schema, atMost: nil), "What the device reports about itself",
        isRequired: false),
    ])
  }
}

package struct DeviceList: Codable, Equatable, Sendable {
  package var items: [DeviceReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [DeviceReply], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

extension DeviceList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(DeviceReply.schema, atMost: nil), "The devices")] + Property.pageEnd)
  }
}

/// A device's new placement.
package struct PlacementRequest: Codable, Equatable, Sendable {
  package var placement: DevicePlacement
  package var group: Int64?

  package init(placement: DevicePlacement, group: Int64? = nil) {
    self.placement = placement
    self.group = group
  }
}

extension PlacementRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("placement", .choice(of: DevicePlacement.self), "The new placement"),
      Property("group", .id, "The device group, for the placement grouped", isRequired: false),
    ])
  }
}

/// A change of what operators note about a device.
package struct DeviceChange: Codable, Equatable, Sendable {
  package var label: String?
  package var addTags: [String]?
  package var removeTags: [String]?

  package init(label: String? = nil, addTags: [String]? = nil, removeTags: [String]? = nil) {
    (self.label, self.addTags, self.removeTags) = (label, addTags, removeTags)
  }
}

extension DeviceChange: Described {
  package static var schema: MessageSchema {
    .object([
      Property("label", .text(0...256), "The new name that operators see", isRequired: false),
      Property("addTags", .list(.tag, atMost: PlatformLimit.tags), "Tags to add", isRequired: false),
      Property("removeTags", .list(.tag, atMost: PlatformLimit.tags), "Tags to remove", isRequired: false),
    ])
  }
}
