/// The start of an upload.
package struct UploadRequest: Codable, Equatable, Sendable {
  package var fileGroup: Int64
  package var size: UInt64
  package var digest: String

  package init(fileGroup: Int64, size: UInt64, digest: String) {
    self.fileGroup = fileGroup
    self.size = size
    self.digest = digest
  }
}

extension UploadRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("fileGroup", .id, "The file group to publish to"),
      Property("size", .size, "The size in bytes"),
      Property("digest", .digest, "SHA-256"),
    ])
  }
}

/// The progress of an upload.
package struct UploadReply: Codable, Equatable, Sendable {
  package var upload: Int64?
  package var received: UInt64
  package var firmware: FirmwareReply?

  package init(upload: Int64? = nil, received: UInt64, firmware: FirmwareReply? = nil) {
    self.upload = upload
    self.received = received
    self.firmware = firmware
  }
}

extension UploadReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property(
        "upload", .id, "The id of the upload; absent when the bundle is published already", isRequired: false),
      Property("received", .size, "The number of bytes received"),
      Property(
        "firmware", FirmwareReply.schema, "The firmware, when the bundle is published already", isRequired: false),
    ])
  }
}

/// The uploads in progress.
package struct UploadList: Codable, Equatable, Sendable {
  package var items: [UploadReply]

  package init(items: [UploadReply]) { self.items = items }
}

extension UploadList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(UploadReply.schema, atMost: nil), "The uploads")])
  }
}

/// Published firmware.
package struct FirmwareReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var fileGroup: Int64
  package var name: String
  package var version: String
  package var size: UInt64
  package var digest: String
  package var md5: String
  package var cid: String
  package var isUsed: Bool
  package var sequence: UInt64?
  package var release: String?
  package var bundle: String?
  package var deviceClass: String?
  package var fileGroupName: String?
  package var published: Int64?
  package var withdrawn: Int64?

  package init(
    id: Int64, fileGroup: Int64, name: String, version: String, size: UInt64, digest: String, md5: String, cid: String,
    isUsed: Bool, sequence: UInt64? = nil, release: String? = nil, bundle: String? = nil, deviceClass: String? = nil
  ) {
    self.id = id
    self.fileGroup = fileGroup
    self.name = name
    self.version = version
    self.size = size
    self.digest = digest
    self.md5 = md5
    self.cid = cid
    self.isUsed = isUsed
    self.sequence = sequence
    self.release = release
    self.bundle = bundle
    self.deviceClass = deviceClass
  }

  enum CodingKeys: String, CodingKey {
    case id, fileGroup, fileGroupName, name, version, size, digest, md5, cid, isUsed, sequence, release, bundle,
      published, withdrawn
    case deviceClass = "class"
  }
}

extension FirmwareReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("fileGroup", .id, "The file group's id"),
      Property("fileGroupName", .anyText, "The name of the file group", isRequired: false),
      Property("name", .anyText, "The product's name"),
      Property("version", .anyText, "The version"),
      Property("size", .size, "The size of the image in bytes"),
      Property("digest", .digest, "SHA-256 of the image"),
      Property("md5", .pattern("^[0-9a-f]{32}$"), "MD5 of the image, for asvin's clients"),
      Property("cid", .anyText, "The image's content id in IPFS"),
      Property("isUsed", .boolean, "Whether a rollout uses the firmware"),
      Property("sequence", .unsigned, "The sequence number", isRequired: false),
      Property("release", .digest, "SHA-256 of the manifest", isRequired: false),
      Property("bundle", .digest, "SHA-256 of the bundle", isRequired: false),
      Property("class", .uuid, "The class id", isRequired: false),
      Property("published", .time, "When it was published", isRequired: false),
      Property(
        "withdrawn", .time, "When it was withdrawn, after which it is offered to no device", isRequired: false),
    ])
  }
}

package struct FirmwareList: Codable, Equatable, Sendable {
  package var items: [FirmwareReply]
  package var next: String?
  package var damaged: [Int64]?

  package init(items: [FirmwareReply], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

extension FirmwareList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(FirmwareReply.schema, atMost: nil), "The firmware")] + Property.pageEnd)
  }
}

/// The result of a publication.
package struct PublicationReply: Codable, Equatable, Sendable {
  package var firmware: FirmwareReply
  package var isNew: Bool
  package var receipt: String

  package init(firmware: FirmwareReply, isNew: Bool, receipt: String) {
    self.firmware = firmware
    self.isNew = isNew
    self.receipt = receipt
  }
}

extension PublicationReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("firmware", FirmwareReply.schema, "The published firmware"),
      Property("isNew", .boolean, "Whether the firmware is new in the file group"),
      Property(
        "receipt", .anyText, "A receipt signed by the platform: a JWT that states what was published, when and by whom"),
    ])
  }
}
