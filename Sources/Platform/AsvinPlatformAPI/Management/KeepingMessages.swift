/// How long a workspace keeps what has ended.
package struct RetentionMessage: Codable, Equatable, Sendable {
  package var rolloutDays: Int
  package var recordDays: Int
  package var uploadHours: Int

  package init(rolloutDays: Int, recordDays: Int, uploadHours: Int) {
    (self.rolloutDays, self.recordDays, self.uploadHours) = (rolloutDays, recordDays, uploadHours)
  }
}

extension RetentionMessage: Described {
  package static var schema: MessageSchema {
    .object([
      Property("rolloutDays", .integer(1...36_500), "Days for which an ended rollout is kept"),
      Property(
        "recordDays", .integer(1...36_500), "Days after the end of a rollout for which its devices' records are kept"),
      Property("uploadHours", .integer(1...8760), "Hours after its last byte for which an upload is kept"),
    ])
  }
}

/// Firmware that was withdrawn.
package struct WithdrawalReply: Codable, Equatable, Sendable {
  package var firmware: FirmwareReply
  package var aborted: [Int64]

  package init(firmware: FirmwareReply, aborted: [Int64]) { (self.firmware, self.aborted) = (firmware, aborted) }
}

extension WithdrawalReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("firmware", FirmwareReply.schema, "The firmware"),
      Property("aborted", .list(.id, atMost: nil), "The rollouts that were aborted by the withdrawal"),
    ])
  }
}

/// The file group to which published firmware is added.
package struct PromotionRequest: Codable, Equatable, Sendable {
  package var fileGroup: Int64

  package init(fileGroup: Int64) { self.fileGroup = fileGroup }
}

extension PromotionRequest: Described {
  package static var schema: MessageSchema {
    .object([Property("fileGroup", .id, "The file group whose keys must have signed the bundle")])
  }
}

/// The objects that no firmware and no upload uses.
package struct CollectionReply: Codable, Equatable, Sendable {
  package var objects: Int
  package var bytes: UInt64
  package var unused: Int
  package var unusedBytes: UInt64
  package var isRemoved: Bool
  package var digests: [String]

  package init(objects: Int, bytes: UInt64, unused: Int, unusedBytes: UInt64, isRemoved: Bool, digests: [String]) {
    (self.objects, self.bytes, self.unused) = (objects, bytes, unused)
    (self.unusedBytes, self.isRemoved, self.digests) = (unusedBytes, isRemoved, digests)
  }
}

extension CollectionReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("objects", .count, "The number of stored objects"),
      Property("bytes", .size, "The bytes of all objects"),
      Property("unused", .count, "The number of unused objects"),
      Property("unusedBytes", .size, "The bytes of the unused objects"),
      Property("isRemoved", .boolean, "Whether the unused objects were removed"),
      Property("digests", .list(.digest, atMost: nil), "The digests of the first unused objects"),
    ])
  }
}
