package import FoundationEssentials

/// The release that a device runs, and the payloads that it can use.
package struct UpdateQuery: Codable, Equatable, Sendable {
  package var version: String
  package var sequence: UInt64?
  package var images: [InstalledSlot]
  package var features: UInt64?
  package var memory: UInt64?
  package var utcOffset: Int?

  package init(
    version: String, sequence: UInt64? = nil, images: [InstalledSlot], features: UInt64? = nil, memory: UInt64? = nil,
    utcOffset: Int? = nil
  ) {
    self.version = version
    self.sequence = sequence
    self.images = images
    self.features = features
    self.memory = memory
    self.utcOffset = utcOffset
  }
}

extension UpdateQuery: Described {
  package static var schema: MessageSchema {
    .object([
      Property("version", .text(1...64), "The version that the device runs", key: 1),
      Property(
        "sequence", .unsigned, "The sequence number of the release that the device runs", isRequired: false, key: 2),
      Property("images", .list(InstalledSlot.schema, atMost: 16), "The images in the device's slots", key: 3),
      Property(
        "features", .unsigned, "The feature bits of the patches that the device can apply", isRequired: false, key: 4),
      Property(
        "memory", .unsigned, "Bytes of RAM that the device has for applying a patch", isRequired: false, key: 5),
      Property(
        "utcOffset", .integer(-1440...1440),
        "Minutes by which the device's local time is ahead of UTC, for rollouts with a window in the device's own time",
        isRequired: false, key: 6),
    ])
  }
}

/// The image in a slot.
package struct InstalledSlot: Codable, Equatable, Sendable {
  package var slot: UInt64
  package var size: UInt64
  package var digest: String

  package init(slot: UInt64, size: UInt64, digest: String) {
    self.slot = slot
    self.size = size
    self.digest = digest
  }
}

extension InstalledSlot: Described {
  package static var schema: MessageSchema {
    .object([
      Property("slot", .size, "The slot number", key: 1),
      Property("size", .size, "The size in bytes", key: 2),
      Property("digest", .digest, "SHA-256", key: 3),
    ])
  }
}

/// A release that is offered to a device.
package struct UpdateReply: Codable, Equatable, Sendable {
  package var rollout: Int64
  package var release: String
  package var name: String
  package var version: String
  package var sequence: UInt64
  package var envelope: Data
  package var payloads: [UpdatePayload]

  package init(
    rollout: Int64, release: String, name: String, version: String, sequence: UInt64, envelope: Data,
    payloads: [UpdatePayload]
  ) {
    self.rollout = rollout
    self.release = release
    self.name = name
    self.version = version
    self.sequence = sequence
    self.envelope = envelope
    self.payloads = payloads
  }
}

extension UpdateReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("rollout", .id, "The rollout that offers the release", key: 1),
      Property("release", .digest, "SHA-256 of the manifest", key: 2),
      Property("name", .anyText, "The product's name", key: 3),
      Property("version", .anyText, "The version", key: 4),
      Property("sequence", .unsigned, "The sequence number", key: 5),
      Property("envelope", .anyBytes, "The envelope with the signed manifest, by which the device decides", key: 6),
      Property(
        "payloads", .list(UpdatePayload.schema, atMost: nil),
        "The payloads to fetch, one for each component that is not installed", key: 7),
    ])
  }
}

/// A payload that a device can use.
package struct UpdatePayload: Codable, Equatable, Sendable {
  package var slot: UInt64
  package var index: Int
  package var kind: PayloadForm
  package var size: UInt64
  package var digest: String
  package var path: String
  package var sealedPath: String?
  package var sealedSize: UInt64?

  package init(
    slot: UInt64, index: Int, kind: PayloadForm, size: UInt64, digest: String, path: String, sealedPath: String? = nil,
    sealedSize: UInt64? = nil
  ) {
    self.slot = slot
    self.index = index
    self.kind = kind
    self.size = size
    self.digest = digest
    self.path = path
    self.sealedPath = sealedPath
    self.sealedSize = sealedSize
  }
}

extension UpdatePayload: Described {
  package static var schema: MessageSchema {
    .object([
      Property("slot", .size, "The slot that the payload is for", key: 1),
      Property("index", .integer(0...15), "The index of the payload in its component", key: 2),
      Property("kind", .choice(of: PayloadForm.self), "The kind of payload", key: 3),
      Property("size", .size, "The size in bytes", key: 4),
      Property("digest", .digest, "SHA-256", key: 5),
      Property("path", .anyText, "The path of the payload", key: 6),
      Property("sealedPath", .anyText, "The path of the payload as a sealed stream", isRequired: false),
      Property("sealedSize", .size, "The size of the sealed stream in bytes", isRequired: false, key: 7),
    ])
  }
}
