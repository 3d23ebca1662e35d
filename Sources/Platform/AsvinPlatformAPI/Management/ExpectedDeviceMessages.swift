package import FoundationEssentials

/// A device that an operator expects.
package struct ExpectedDeviceRequest: Codable, Equatable, Sendable {
  package var name: String
  package var publicKey: Data?
  package var key: Data?
  package var label: String?
  package var group: Int64?

  package init(
    name: String, publicKey: Data? = nil, key: Data? = nil, label: String? = nil, group: Int64? = nil
  ) {
    (self.name, self.publicKey, self.key) = (name, publicKey, key)
    (self.label, self.group) = (label, group)
  }
}

extension ExpectedDeviceRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...128), "The device's own name: printable ASCII"),
      Property(
        "publicKey", .bytes(32), "The device's Ed25519 key; another key under the name is refused", isRequired: false),
      Property(
        "key", .bytes(32), "The device's symmetric key, in place of publicKey. It is never returned", isRequired: false),
      Property("label", .text(1...256), "The name that operators see", isRequired: false),
      Property(
        "group", .id, "The device group of the device; without it, it is placed as any new device", isRequired: false),
    ])
  }
}

package struct ExpectedDevicesRequest: Codable, Equatable, Sendable {
  package var devices: [ExpectedDeviceRequest]

  package init(devices: [ExpectedDeviceRequest]) { self.devices = devices }
}

extension ExpectedDevicesRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "devices", .list(ExpectedDeviceRequest.schema, atMost: PlatformLimit.expectedAtOnce),
        "The devices; all of them are added, or none")
    ])
  }
}

/// The kind of a device's key.
package enum DeviceKeyKind: String, Codable, CaseIterable, Sendable { case ed25519, symmetric }

package struct ExpectedDeviceReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var name: String
  package var key: DeviceKeyKind?
  package var label: String?
  package var group: Int64?

  package init(id: Int64, name: String, key: DeviceKeyKind? = nil, label: String? = nil, group: Int64? = nil) {
    (self.id, self.name, self.key, self.label, self.group) = (id, name, key, label, group)
  }
}

extension ExpectedDeviceReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id in the list of expected devices"),
      Property("name", .anyText, "The device's own name"),
      Property(
        "key", .choice(of: DeviceKeyKind.self), "The kind of the key that is expected; absent if any key is",
        isRequired: false),
      Property("label", .anyText, "The name that operators see", isRequired: false),
      Property("group", .id, "The device group of the device", isRequired: false),
    ])
  }
}

package struct ExpectedDeviceList: Codable, Equatable, Sendable {
  package var items: [ExpectedDeviceReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [ExpectedDeviceReply], next: String? = nil) { (self.items, self.next) = (items, next) }
}

extension ExpectedDeviceList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(ExpectedDeviceReply.schema, atMost: nil), "The devices")] + Property.pageEnd)
  }
}
