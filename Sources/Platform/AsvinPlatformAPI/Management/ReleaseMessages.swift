/// A signed release in words: what its manifest states, and who has signed it.
package struct ReleaseReply: Codable, Equatable, Sendable {
  package var name: String
  package var version: String
  package var sequence: UInt64
  package var vendor: String
  package var deviceClass: String
  package var created: Int64?
  package var lowestBase: UInt64?
  package var components: [ComponentReply]
  package var attachments: [AttachmentReply]
  package var signers: [String]
  package var isPublished: Bool?

  package init(
    name: String, version: String, sequence: UInt64, vendor: String, deviceClass: String, components: [ComponentReply],
    attachments: [AttachmentReply], signers: [String]
  ) {
    (self.name, self.version, self.sequence) = (name, version, sequence)
    (self.vendor, self.deviceClass) = (vendor, deviceClass)
    (self.components, self.attachments, self.signers) = (components, attachments, signers)
  }

  enum CodingKeys: String, CodingKey {
    case name, version, sequence, vendor, created, lowestBase, components, attachments, signers, isPublished
    case deviceClass = "class"
  }
}

extension ReleaseReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .anyText, "The product's name"),
      Property("version", .anyText, "The version"),
      Property("sequence", .unsigned, "The sequence number"),
      Property("vendor", .uuid, "The vendor id"),
      Property("class", .uuid, "The class id"),
      Property("created", .time, "When the manifest was made", isRequired: false),
      Property(
        "lowestBase", .unsigned, "The lowest sequence number from which a device may update", isRequired: false),
      Property("components", .list(ComponentReply.schema, atMost: nil), "The images, by their slots"),
      Property("attachments", .list(AttachmentReply.schema, atMost: nil), "The documents beside the images"),
      Property(
        "signers", .list(.digest, atMost: nil),
        "The keys of the file group that have signed the release: SHA-256 of each in DER"),
      Property(
        "isPublished", .boolean, "Whether the file group has the bundle already; only for an upload", isRequired: false),
    ])
  }
}

/// The image of a slot.
package struct ComponentReply: Codable, Equatable, Sendable {
  package var slot: UInt64
  package var size: UInt64
  package var digest: String
  package var payloads: [PayloadReply]

  package init(slot: UInt64, size: UInt64, digest: String, payloads: [PayloadReply]) {
    (self.slot, self.size, self.digest, self.payloads) = (slot, size, digest, payloads)
  }
}

extension ComponentReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("slot", .unsigned, "The slot; 0 is the application"),
      Property("size", .size, "The size of the image in bytes"),
      Property("digest", .digest, "SHA-256 of the image"),
      Property("payloads", .list(PayloadReply.schema, atMost: nil), "The ways to get the image"),
    ])
  }
}

/// A way to get an image onto a device.
package struct PayloadReply: Codable, Equatable, Sendable {
  package var form: PayloadForm
  package var size: UInt64
  package var base: String?
  package var memory: UInt64?

  package init(form: PayloadForm, size: UInt64, base: String? = nil, memory: UInt64? = nil) {
    (self.form, self.size, self.base, self.memory) = (form, size, base, memory)
  }
}

extension PayloadReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("form", .choice(of: PayloadForm.self), "The kind of the payload"),
      Property("size", .size, "The size in bytes"),
      Property("base", .digest, "SHA-256 of the image that a patch changes", isRequired: false),
      Property("memory", .unsigned, "Bytes of RAM that applying a patch needs", isRequired: false),
    ])
  }
}

/// A document beside the images.
package struct AttachmentReply: Codable, Equatable, Sendable {
  package var name: String
  package var mediaType: String
  package var size: UInt64

  package init(name: String, mediaType: String, size: UInt64) {
    (self.name, self.mediaType, self.size) = (name, mediaType, size)
  }
}

extension AttachmentReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .anyText, "The name"), Property("mediaType", .anyText, "The media type"),
      Property("size", .size, "The size in bytes"),
    ])
  }
}
