package import FoundationEssentials

/// A device's request to enrol with its own key.
package struct EnrolmentRequest: Codable, Equatable, Sendable {
  package var name: String
  package var label: String?
  package var version: String
  package var deviceClass: String
  package var key: Data
  package var nonce: Data
  package var proof: Data

  package init(
    name: String, label: String? = nil, version: String, deviceClass: String, key: Data, nonce: Data, proof: Data
  ) {
    self.name = name
    self.label = label
    self.version = version
    self.deviceClass = deviceClass
    self.key = key
    self.nonce = nonce
    self.proof = proof
  }

  enum CodingKeys: String, CodingKey {
    case name, label, version, key, nonce, proof
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
      Property("nonce", .bytes(32), "The nonce of POST /v2/enrolment-challenges"),
      Property(
        "proof", .bytes(64),
        "The key's signature over asvin-platform-enrol-device, a zero byte, the workspace's id in eight bytes, the nonce, the class id, the key, the version and the name, each text after its length in two bytes"
      ),
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

/// A nonce for the enrolment of a device, and the workspace in which it enrols.
package struct EnrolmentChallenge: Codable, Equatable, Sendable {
  package var workspace: Int64
  package var nonce: Data
  package var expires: Int64

  package init(workspace: Int64, nonce: Data, expires: Int64) {
    (self.workspace, self.nonce, self.expires) = (workspace, nonce, expires)
  }
}

extension EnrolmentChallenge: Described {
  package static var schema: MessageSchema {
    .object([
      Property("workspace", .id, "The workspace's id"),
      Property("nonce", .bytes(32), "A nonce that is valid for one enrolment in the workspace"),
      Property("expires", .time, "When it expires"),
    ])
  }
}
