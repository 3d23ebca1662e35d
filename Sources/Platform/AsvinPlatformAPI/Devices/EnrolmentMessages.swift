package import FoundationEssentials

/// A device's request to enrol with its own key.
package struct EnrolmentRequest: Codable, Equatable, Sendable {
  package var name: String
  package var label: String?
  package var version: String
  package var deviceClass: String
  package var key: Data
  package var proof: Data

  package init(name: String, label: String? = nil, version: String, deviceClass: String, key: Data, proof: Data) {
    self.name = name
    self.label = label
    self.version = version
    self.deviceClass = deviceClass
    self.key = key
    self.proof = proof
  }

  enum CodingKeys: String, CodingKey {
    case name, label, version, key, proof
    case deviceClass = "class"
  }
}

extension EnrolmentRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...128), "The device's own name: printable ASCII"),
      Property("label", .text(0...256), "The name that operators see", isRequired: false),
      Property("version", .text(1...64), "The version that the device runs"),
      Property("class", .uuid, "The class id"),
      Property("key", .bytes(32), "The device's public key, Ed25519"),
      Property("proof", .bytes(64), "The key's signature over asvin-platform-enrol, a zero byte and the name"),
    ])
  }
}

/// The enrolment of a device that authenticates its requests with a symmetric key.
package struct SharedKeyEnrolment: Codable, Equatable, Sendable {
  package var name: String
  package var deviceClass: String
  package var version: String?
  package var key: Data
  package var label: String?

  package init(name: String, deviceClass: String, version: String? = nil, key: Data, label: String? = nil) {
    self.name = name
    self.deviceClass = deviceClass
    self.version = version
    self.key = key
    self.label = label
  }

  enum CodingKeys: String, CodingKey {
    case name, version, key, label
    case deviceClass = "class"
  }
}

extension SharedKeyEnrolment: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .text(1...128), "The device's own name: printable ASCII", key: 1),
      Property("class", .uuid, "The class id", key: 2),
      Property(
        "version", .text(1...64),
        "The version that the device runs; required if the device enrols itself, ignored otherwise",
        isRequired: false, key: 3),
      Property("key", .bytes(32), "The device's symmetric key. It is never returned", key: 4),
      Property("label", .text(0...256), "The name that operators see", isRequired: false, key: 5),
    ])
  }
}

/// The ids and the placement of an enrolled device.
package struct EnrolmentReply: Codable, Equatable, Sendable {
  package var workspace: Int64
  package var device: Int64
  package var placement: DevicePlacement

  package init(workspace: Int64, device: Int64, placement: DevicePlacement) {
    self.workspace = workspace
    self.device = device
    self.placement = placement
  }
}

extension EnrolmentReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("workspace", .id, "The workspace's id", key: 1),
      Property("device", .id, "The device's id", key: 2),
      Property("placement", .choice(of: DevicePlacement.self), "The device's placement", key: 3),
    ])
  }
}
