/// Where a device stands.
public enum PlacementName: String, Codable, CaseIterable, Sendable {
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
public struct DeviceReply: Codable, Equatable, Sendable {
  /// Its id
  public var id: Int64
  /// What it calls itself
  public var name: String
  /// What people call it
  public var label: String
  /// Where it stands
  public var placement: PlacementName
  /// The version that it last said it runs
  public var version: String
  /// Whether it checks signatures itself
  public var isVerifying: Bool
  /// When it registered
  public var registered: Int64
  /// When it was last heard of
  public var seen: Int64
  /// Its group
  public var group: Int64?
  /// Its class id
  public var deviceClass: String?
  /// Since when a rollout waits for it
  public var behindSince: Int64?

  /// DeviceReply of its parts.
  public init(
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
  public static var schema: Schema {
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
public struct DeviceList: Codable, Equatable, Sendable {
  /// The devices
  public var items: [DeviceReply]
  /// What to give as after for the next page
  public var next: Int64?

  /// DeviceList of its parts.
  public init(items: [DeviceReply], next: Int64? = nil) {
    self.items = items
    self.next = next
  }
}

extension DeviceList: Described {
  /// What it looks like.
  public static var schema: Schema {
    .object([
      Property("items", .list(DeviceReply.schema, atMost: nil), "The devices"),
      Property(
        "next", .integer(1...9_007_199_254_740_991), "What to give as after for the next page", isRequired: false),
    ])
  }
}

/// Where a device is to stand.
public struct PlacementRequest: Codable, Equatable, Sendable {
  /// Where
  public var placement: PlacementName
  /// The group, where it is to be in one
  public var group: Int64?

  /// PlacementRequest of its parts.
  public init(placement: PlacementName, group: Int64? = nil) {
    self.placement = placement
    self.group = group
  }
}

extension PlacementRequest: Described {
  /// What it looks like.
  public static var schema: Schema {
    .object([
      Property("placement", .choice(PlacementName.allCases.map(\.rawValue)), "Where"),
      Property("group", .integer(1...9_007_199_254_740_991), "The group, where it is to be in one", isRequired: false),
    ])
  }
}
