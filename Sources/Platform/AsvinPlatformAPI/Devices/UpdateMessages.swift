package import FoundationEssentials

/// What a device runs, and can use.
package struct UpdateQuery: Codable, Equatable, Sendable {
  /// The version that it runs
  package var version: String
  /// The sequence number of what it runs
  package var sequence: UInt64?
  /// What its slots hold
  package var images: [SlotImage]
  /// The feature bits of patches that it can apply
  package var features: UInt64?
  /// Bytes of RAM that it has for applying a patch
  package var memory: UInt64?

  /// UpdateQuery of its parts.
  package init(
    version: String, sequence: UInt64? = nil, images: [SlotImage], features: UInt64? = nil, memory: UInt64? = nil
  ) {
    self.version = version
    self.sequence = sequence
    self.images = images
    self.features = features
    self.memory = memory
  }
}

extension UpdateQuery: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("version", .text(1...64), "The version that it runs"),
      Property("sequence", .unsigned, "The sequence number of what it runs", isRequired: false),
      Property("images", .list(SlotImage.schema, atMost: 16), "What its slots hold"),
      Property("features", .unsigned, "The feature bits of patches that it can apply", isRequired: false),
      Property("memory", .unsigned, "Bytes of RAM that it has for applying a patch", isRequired: false),
    ])
  }
}

/// The image in a slot.
package struct SlotImage: Codable, Equatable, Sendable {
  /// The slot
  package var slot: UInt64
  /// Bytes
  package var size: UInt64
  /// SHA-256
  package var digest: String

  /// SlotImage of its parts.
  package init(slot: UInt64, size: UInt64, digest: String) {
    self.slot = slot
    self.size = size
    self.digest = digest
  }
}

extension SlotImage: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("slot", .integer(0...9_007_199_254_740_991), "The slot"),
      Property("size", .integer(0...9_007_199_254_740_991), "Bytes"),
      Property("digest", .pattern("^[0-9a-f]{64}$"), "SHA-256"),
    ])
  }
}

/// A release for a device.
package struct UpdateReply: Codable, Equatable, Sendable {
  /// The rollout that it comes from
  package var rollout: Int64
  /// SHA-256 of the manifest
  package var release: String
  /// The product
  package var name: String
  /// The version
  package var version: String
  /// The sequence number
  package var sequence: UInt64
  /// The signed manifest: what a device decides by
  package var envelope: Data
  /// What is to be fetched, one for each component that is not installed
  package var payloads: [UpdatePayload]

  /// UpdateReply of its parts.
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
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("rollout", .integer(1...9_007_199_254_740_991), "The rollout that it comes from"),
      Property("release", .pattern("^[0-9a-f]{64}$"), "SHA-256 of the manifest"),
      Property("name", .anyText, "The product"),
      Property("version", .anyText, "The version"),
      Property("sequence", .unsigned, "The sequence number"),
      Property("envelope", .anyBytes, "The signed manifest: what a device decides by"),
      Property(
        "payloads", .list(UpdatePayload.schema, atMost: nil),
        "What is to be fetched, one for each component that is not installed"),
    ])
  }
}

/// A payload that a device can use.
package struct UpdatePayload: Codable, Equatable, Sendable {
  /// The slot that it is for
  package var slot: UInt64
  /// Its index in the component
  package var index: Int
  /// What it is
  package var kind: PayloadForm
  /// Bytes
  package var size: UInt64
  /// SHA-256
  package var digest: String
  /// Where it is
  package var path: String
  /// Where it is as a sealed stream
  package var sealedPath: String?
  /// Bytes of the sealed stream
  package var sealedSize: UInt64?

  /// UpdatePayload of its parts.
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
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("slot", .integer(0...9_007_199_254_740_991), "The slot that it is for"),
      Property("index", .integer(0...15), "Its index in the component"),
      Property("kind", .choice(PayloadForm.allCases.map(\.rawValue)), "What it is"),
      Property("size", .integer(0...9_007_199_254_740_991), "Bytes"),
      Property("digest", .pattern("^[0-9a-f]{64}$"), "SHA-256"),
      Property("path", .anyText, "Where it is"),
      Property("sealedPath", .anyText, "Where it is as a sealed stream", isRequired: false),
      Property("sealedSize", .integer(0...9_007_199_254_740_991), "Bytes of the sealed stream", isRequired: false),
    ])
  }
}

/// What a payload is.
package enum PayloadForm: String, Codable, CaseIterable, Sendable {
  /// The image itself
  case image
  /// A patch from what the device runs
  case patch
  /// The image, compressed: a patch from nothing
  case compressed
}
