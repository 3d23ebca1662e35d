package struct FileGroupRequest: Codable, Equatable, Sendable {
  package var name: String
  package var trust: [String]

  package init(name: String, trust: [String]) {
    self.name = name
    self.trust = trust
  }
}

extension FileGroupRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...64), "The name"),
      Property(
        "trust", .list(.lines(1...4096), atMost: PlatformLimit.trustedKeys),
        "Public keys in PEM; one of them must have signed each bundle that is published to the group. A key that the group "
          + "has keeps the end of its time"),
    ])
  }
}

package struct FileGroupReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var trust: [String]
  package var ends: [TrustEnd]?
  package var files: Int

  package init(id: Int64, name: String, trust: [String], files: Int) {
    self.id = id
    self.name = name
    self.trust = trust
    self.files = files
  }
}

extension FileGroupReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("name", .anyText, "The name"),
      Property("trust", .list(.anyText, atMost: nil), "The trusted public keys in PEM"),
      Property("ends", .list(TrustEnd.schema, atMost: nil), "The keys that are trusted for a time", isRequired: false),
      Property("files", .count, "The number of firmware entries in the group"),
    ])
  }
}

package struct FileGroupList: Codable, Equatable, Sendable {
  package var items: [FileGroupReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [FileGroupReply], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

extension FileGroupList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(FileGroupReply.schema, atMost: nil), "The file groups")] + Property.pageEnd)
  }
}

package struct DeviceGroupRequest: Codable, Equatable, Sendable {
  package var name: String

  package init(name: String) {
    self.name = name
  }
}

extension DeviceGroupRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...64), "The name")
    ])
  }
}

package struct DeviceGroupReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var members: Int

  package init(id: Int64, name: String, members: Int) {
    self.id = id
    self.name = name
    self.members = members
  }
}

extension DeviceGroupReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("name", .anyText, "The name"),
      Property("members", .count, "The number of devices in the group"),
    ])
  }
}

package struct DeviceGroupList: Codable, Equatable, Sendable {
  package var items: [DeviceGroupReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [DeviceGroupReply], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

extension DeviceGroupList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(DeviceGroupReply.schema, atMost: nil), "The device groups")] + Property.pageEnd)
  }
}
