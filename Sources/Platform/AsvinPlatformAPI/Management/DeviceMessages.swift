/// Where a device stands.
package enum PlacementName: String, Codable, CaseIterable, Sendable {
  /// It has just registered
  case lobby
  /// It is in a group
  case grouped
  /// It was taken out of a group
  case ungrouped
  /// It gets nothing
  case blacklisted
}

/// A device.
package struct DeviceReply: Codable, Equatable, Sendable {
  /// Its id
  package var id: Int64
  /// What it calls itself
  package var name: String
  /// What people call it
  package var label: String
  /// Where it stands
  package var placement: PlacementName
  /// The version that it last said it runs
  package var version: String
  /// Whether it checks signatures itself
  package var isVerifying: Bool
  /// When it registered
  package var registered: Int64
  /// When it was last heard of
  package var seen: Int64
  /// Its group
  package var group: Int64?
  /// Its class id
  package var deviceClass: String?
  /// Since when a rollout waits for it
  package var behindSince: Int64?

  /// DeviceReply of its parts.
  package init(
    id: Int64, name: String, label: String, placement: PlacementName, version: String, isVerifying: Bool,
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
    case id, name, label, placement, version, isVerifying, registered, seen, group, behindSince
    case deviceClass = "class"
  }
}

extension DeviceReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("id", .integer(1...9_007_199_254_740_991), "Its id"),
      Property("name", .anyText, "What it calls itself"),
      Property("label", .anyText, "What people call it"),
      Property("placement", .choice(PlacementName.allCases.map(\.rawValue)), "Where it stands"),
      Property("version", .anyText, "The version that it last said it runs"),
      Property("isVerifying", .boolean, "Whether it checks signatures itself"),
      Property("registered", .time, "When it registered"),
      Property("seen", .time, "When it was last heard of"),
      Property("group", .integer(1...9_007_199_254_740_991), "Its group", isRequired: false),
      Property("class", .pattern("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), "Its class id", isRequired: false),
      Property("behindSince", .time, "Since when a rollout waits for it", isRequired: false),
    ])
  }
}

/// Devices.
package struct DeviceList: Codable, Equatable, Sendable {
  /// The devices
  package var items: [DeviceReply]
  /// What to give as after for the next page
  package var next: Int64?

  /// DeviceList of its parts.
  package init(items: [DeviceReply], next: Int64? = nil) {
    self.items = items
    self.next = next
  }
}

extension DeviceList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(DeviceReply.schema, atMost: nil), "The devices"),
      Property(
        "next", .integer(1...9_007_199_254_740_991), "What to give as after for the next page", isRequired: false),
    ])
  }
}

/// Where a device is to stand.
package struct PlacementRequest: Codable, Equatable, Sendable {
  /// Where
  package var placement: PlacementName
  /// The group, where it is to be in one
  package var group: Int64?

  /// PlacementRequest of its parts.
  package init(placement: PlacementName, group: Int64? = nil) {
    self.placement = placement
    self.group = group
  }
}

extension PlacementRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("placement", .choice(PlacementName.allCases.map(\.rawValue)), "Where"),
      Property("group", .integer(1...9_007_199_254_740_991), "The group, where it is to be in one", isRequired: false),
    ])
  }
}
