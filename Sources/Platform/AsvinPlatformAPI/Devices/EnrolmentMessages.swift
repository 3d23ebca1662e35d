package import FoundationEssentials

/// What a device says to be known.
package struct EnrolmentRequest: Codable, Equatable, Sendable {
  /// What it calls itself: printable ASCII
  package var name: String
  /// What people call it
  package var label: String?
  /// The version that it runs
  package var version: String
  /// Its class id
  package var deviceClass: String
  /// Its public key, Ed25519
  package var key: Data
  /// The key's signature over asvin-platform-enrol, a zero byte and the name
  package var proof: Data

  /// EnrolmentRequest of its parts.
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
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("name", .text(1...128), "What it calls itself: printable ASCII"),
      Property("label", .text(0...256), "What people call it", isRequired: false),
      Property("version", .text(1...64), "The version that it runs"),
      Property("class", .pattern("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), "Its class id"),
      Property("key", .bytes(32), "Its public key, Ed25519"),
      Property("proof", .bytes(64), "The key's signature over asvin-platform-enrol, a zero byte and the name"),
    ])
  }
}

/// How the platform knows a device.
package struct EnrolmentReply: Codable, Equatable, Sendable {
  /// The workspace
  package var workspace: Int64
  /// The device
  package var device: Int64
  /// Where it stands
  package var placement: PlacementName

  /// EnrolmentReply of its parts.
  package init(workspace: Int64, device: Int64, placement: PlacementName) {
    self.workspace = workspace
    self.device = device
    self.placement = placement
  }
}

extension EnrolmentReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("workspace", .integer(1...9_007_199_254_740_991), "The workspace"),
      Property("device", .integer(1...9_007_199_254_740_991), "The device"),
      Property("placement", .choice(PlacementName.allCases.map(\.rawValue)), "Where it stands"),
    ])
  }
}
