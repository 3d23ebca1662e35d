/// A new file group.
package struct FileGroupRequest: Codable, Equatable, Sendable {
  /// Its name
  package var name: String
  /// Public keys, PEM, of which one must have signed what is published to it
  package var trust: [String]

  /// FileGroupRequest of its parts.
  package init(name: String, trust: [String]) {
    self.name = name
    self.trust = trust
  }
}

extension FileGroupRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("name", .text(1...64), "Its name"),
      Property(
        "trust", .list(.lines(1...4096), atMost: 16),
        "Public keys, PEM, of which one must have signed what is published to it"),
    ])
  }
}

/// A file group.
package struct FileGroupReply: Codable, Equatable, Sendable {
  /// Its id
  package var id: Int64
  /// Its name
  package var name: String
  /// Public keys, PEM
  package var trust: [String]
  /// How much firmware is in it
  package var files: Int

  /// FileGroupReply of its parts.
  package init(id: Int64, name: String, trust: [String], files: Int) {
    self.id = id
    self.name = name
    self.trust = trust
    self.files = files
  }
}

extension FileGroupReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("id", .integer(1...9_007_199_254_740_991), "Its id"),
      Property("name", .anyText, "Its name"),
      Property("trust", .list(.anyText, atMost: nil), "Public keys, PEM"),
      Property("files", .integer(0...1000000000), "How much firmware is in it"),
    ])
  }
}

/// File groups.
package struct FileGroupList: Codable, Equatable, Sendable {
  /// The file groups
  package var items: [FileGroupReply]

  /// FileGroupList of its parts.
  package init(items: [FileGroupReply]) {
    self.items = items
  }
}

extension FileGroupList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(FileGroupReply.schema, atMost: nil), "The file groups")
    ])
  }
}

/// A new device group.
package struct DeviceGroupRequest: Codable, Equatable, Sendable {
  /// Its name
  package var name: String

  /// DeviceGroupRequest of its parts.
  package init(name: String) {
    self.name = name
  }
}

extension DeviceGroupRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("name", .text(1...64), "Its name")
    ])
  }
}

/// A device group.
package struct DeviceGroupReply: Codable, Equatable, Sendable {
  /// Its id
  package var id: Int64
  /// Its name
  package var name: String
  /// How many devices are in it
  package var members: Int

  /// DeviceGroupReply of its parts.
  package init(id: Int64, name: String, members: Int) {
    self.id = id
    self.name = name
    self.members = members
  }
}

extension DeviceGroupReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("id", .integer(1...9_007_199_254_740_991), "Its id"),
      Property("name", .anyText, "Its name"),
      Property("members", .integer(0...1000000000), "How many devices are in it"),
    ])
  }
}

/// Device groups.
package struct DeviceGroupList: Codable, Equatable, Sendable {
  /// The device groups
  package var items: [DeviceGroupReply]

  /// DeviceGroupList of its parts.
  package init(items: [DeviceGroupReply]) {
    self.items = items
  }
}

extension DeviceGroupList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(DeviceGroupReply.schema, atMost: nil), "The device groups")
    ])
  }
}
