/// A bundle that is to come.
package struct UploadRequest: Codable, Equatable, Sendable {
  /// Where it goes
  package var fileGroup: Int64
  /// Bytes
  package var size: UInt64
  /// SHA-256
  package var digest: String

  /// UploadRequest of its parts.
  package init(fileGroup: Int64, size: UInt64, digest: String) {
    self.fileGroup = fileGroup
    self.size = size
    self.digest = digest
  }
}

extension UploadRequest: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("fileGroup", .integer(1...9_007_199_254_740_991), "Where it goes"),
      Property("size", .integer(0...9_007_199_254_740_991), "Bytes"),
      Property("digest", .pattern("^[0-9a-f]{64}$"), "SHA-256"),
    ])
  }
}

/// How far an upload is.
package struct UploadReply: Codable, Equatable, Sendable {
  /// The upload, where there is still one
  package var upload: Int64?
  /// Bytes that have arrived
  package var received: UInt64
  /// What it has become, or was already
  package var firmware: FirmwareReply?

  /// UploadReply of its parts.
  package init(upload: Int64? = nil, received: UInt64, firmware: FirmwareReply? = nil) {
    self.upload = upload
    self.received = received
    self.firmware = firmware
  }
}

extension UploadReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property(
        "upload", .integer(1...9_007_199_254_740_991), "The upload, where there is still one", isRequired: false),
      Property("received", .integer(0...9_007_199_254_740_991), "Bytes that have arrived"),
      Property("firmware", FirmwareReply.schema, "What it has become, or was already", isRequired: false),
    ])
  }
}

/// Uploads that were begun.
package struct UploadList: Codable, Equatable, Sendable {
  /// The uploads
  package var items: [UploadReply]

  /// A list of uploads.
  package init(items: [UploadReply]) { self.items = items }
}

extension UploadList: Described {
  /// The schema of the list.
  package static var schema: Schema {
    .object([Property("items", .list(UploadReply.schema, atMost: nil), "The uploads")])
  }
}

/// Firmware that was published.
package struct FirmwareReply: Codable, Equatable, Sendable {
  /// Its id
  package var id: Int64
  /// The file group
  package var fileGroup: Int64
  /// The product
  package var name: String
  /// The version
  package var version: String
  /// Bytes of the image
  package var size: UInt64
  /// SHA-256 of the image
  package var digest: String
  /// MD5 of the image, for asvin's clients
  package var md5: String
  /// The image's name in IPFS
  package var cid: String
  /// Whether a rollout brings it
  package var isUsed: Bool
  /// The sequence number
  package var sequence: UInt64?
  /// SHA-256 of the manifest
  package var release: String?
  /// SHA-256 of the bundle
  package var bundle: String?
  /// The class id
  package var deviceClass: String?

  /// FirmwareReply of its parts.
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
    case id, fileGroup, name, version, size, digest, md5, cid, isUsed, sequence, release, bundle
    case deviceClass = "class"
  }
}

extension FirmwareReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("id", .integer(1...9_007_199_254_740_991), "Its id"),
      Property("fileGroup", .integer(1...9_007_199_254_740_991), "The file group"),
      Property("name", .anyText, "The product"),
      Property("version", .anyText, "The version"),
      Property("size", .integer(0...9_007_199_254_740_991), "Bytes of the image"),
      Property("digest", .pattern("^[0-9a-f]{64}$"), "SHA-256 of the image"),
      Property("md5", .pattern("^[0-9a-f]{32}$"), "MD5 of the image, for asvin's clients"),
      Property("cid", .anyText, "The image's name in IPFS"),
      Property("isUsed", .boolean, "Whether a rollout brings it"),
      Property("sequence", .unsigned, "The sequence number", isRequired: false),
      Property("release", .pattern("^[0-9a-f]{64}$"), "SHA-256 of the manifest", isRequired: false),
      Property("bundle", .pattern("^[0-9a-f]{64}$"), "SHA-256 of the bundle", isRequired: false),
      Property("class", .pattern("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"), "The class id", isRequired: false),
    ])
  }
}

/// Firmware.
package struct FirmwareList: Codable, Equatable, Sendable {
  /// The firmware
  package var items: [FirmwareReply]
  /// What to give as after for the next page
  package var next: Int64?

  /// FirmwareList of its parts.
  package init(items: [FirmwareReply], next: Int64? = nil) {
    self.items = items
    self.next = next
  }
}

extension FirmwareList: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("items", .list(FirmwareReply.schema, atMost: nil), "The firmware"),
      Property(
        "next", .integer(1...9_007_199_254_740_991), "What to give as after for the next page", isRequired: false),
    ])
  }
}

/// A publication.
package struct PublicationReply: Codable, Equatable, Sendable {
  /// What was published
  package var firmware: FirmwareReply
  /// Whether it was not there before
  package var isNew: Bool
  /// What was published, when and by whom, signed by the platform: a JWT
  package var receipt: String

  /// PublicationReply of its parts.
  package init(firmware: FirmwareReply, isNew: Bool, receipt: String) {
    self.firmware = firmware
    self.isNew = isNew
    self.receipt = receipt
  }
}

extension PublicationReply: Described {
  /// What it looks like.
  package static var schema: Schema {
    .object([
      Property("firmware", FirmwareReply.schema, "What was published"),
      Property("isNew", .boolean, "Whether it was not there before"),
      Property("receipt", .anyText, "What was published, when and by whom, signed by the platform: a JWT"),
    ])
  }
}
