/// A named fact of an entry in the audit log, such as the digest of a manifest.
package struct AuditDetail: Codable, Equatable, Sendable {
  package var name: String
  package var value: String

  package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

extension AuditDetail: Described {
  package static var schema: MessageSchema {
    .object([
      Property("name", .anyText, "The name of the fact, such as manifest or plan"),
      Property("value", .anyText, "The fact; a digest is SHA-256 in hexadecimal"),
    ])
  }
}

/// An entry of the audit log.
package struct AuditEntryReply: Codable, Equatable, Sendable {
  package var number: Int64
  package var time: Int64
  package var actor: String
  package var token: Int64?
  package var address: String?
  package var action: String
  package var subject: String
  package var details: [AuditDetail]
  package var form: Int
  package var previous: String
  package var digest: String

  package init(
    number: Int64, time: Int64, actor: String, token: Int64? = nil, address: String? = nil, action: String,
    subject: String, details: [AuditDetail] = [], form: Int, previous: String, digest: String
  ) {
    self.number = number
    self.time = time
    self.actor = actor
    self.token = token
    self.address = address
    self.action = action
    self.subject = subject
    self.details = details
    self.form = form
    self.previous = previous
    self.digest = digest
  }
}

extension AuditEntryReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("number", .id, "The entry's number, from 1 without gaps"),
      Property("time", .time, "When the action was done"),
      Property("actor", .anyText, "The name of the token that did it, or device, or platform"),
      Property("token", .id, "The id of that token", isRequired: false),
      Property("address", .anyText, "The address from which the request came", isRequired: false),
      Property("action", .anyText, "The action"),
      Property("subject", .anyText, "The subject of the action"),
      Property("details", .list(AuditDetail.schema, atMost: nil), "Facts about the action, such as digests"),
      Property("form", .integer(1...2), "The form of the bytes that the entry's digest covers"),
      Property("previous", .digest, "The digest of the previous entry"),
      Property("digest", .digest, "The digest of the entry"),
    ])
  }
}

/// A page of the audit log.
package struct AuditList: Codable, Equatable, Sendable {
  package var items: [AuditEntryReply]
  package var isIntact: Bool
  package var next: Int64?

  package init(items: [AuditEntryReply], isIntact: Bool, next: Int64? = nil) {
    self.items = items
    self.isIntact = isIntact
    self.next = next
  }
}

extension AuditList: Described {
  package static var schema: MessageSchema {
    .object([
      Property("items", .list(AuditEntryReply.schema, atMost: nil), "The entries"),
      Property("isIntact", .boolean, "Whether the digest of each entry follows from the previous entry"),
      Property(
        "next", .id, "The value of the query parameter after for the next page; absent on the last page",
        isRequired: false),
    ])
  }
}

/// The end of the audit log, signed by the platform.
package struct AuditHeadReply: Codable, Equatable, Sendable {
  package var number: Int64
  package var digest: String
  package var time: Int64
  package var head: String
  package var base: String?

  package init(number: Int64, digest: String, time: Int64, head: String, base: String? = nil) {
    self.number = number
    self.digest = digest
    self.time = time
    self.head = head
    self.base = base
  }
}

extension AuditHeadReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("number", .size, "The number of the last entry; 0 for an empty log"),
      Property("digest", .digest, "The digest of the last entry"),
      Property("time", .time, "When the head was signed"),
      Property(
        "head", .anyText,
        "A JWT of these members, signed with the key of GET /manage/receipt-key. A copy that is kept elsewhere shows later whether entries were removed or changed"
      ),
      Property(
        "base", .anyText, "A JWT of the last entry that was removed because of its age; absent if none was",
        isRequired: false),
    ])
  }
}
