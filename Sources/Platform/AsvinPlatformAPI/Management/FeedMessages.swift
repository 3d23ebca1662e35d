/// An event that an operator or another system may want to know of at once: an entry of the audit log.
package struct FeedEvent: Codable, Equatable, Sendable {
  package var number: Int64
  package var time: Int64
  package var kind: String
  package var subject: String
  package var actor: String
  package var details: [AuditDetail]

  package init(number: Int64, time: Int64, kind: String, subject: String, actor: String, details: [AuditDetail]) {
    self.number = number
    self.time = time
    self.kind = kind
    self.subject = subject
    self.actor = actor
    self.details = details
  }
}

extension FeedEvent: Described {
  package static var schema: MessageSchema {
    .object([
      Property("number", .id, "The number of the entry in the audit log; later events have higher numbers"),
      Property("time", .time, "When it happened"),
      Property("kind", .anyText, "The kind of event, such as rollout.stop"),
      Property("subject", .anyText, "The subject, such as rollout 7"),
      Property("actor", .anyText, "The name of the token that caused it, or device, or platform"),
      Property("details", .list(AuditDetail.schema, atMost: nil), "Facts about the event"),
    ])
  }
}

/// A page of the event feed.
package struct EventFeed: Codable, Equatable, Sendable {
  package var items: [FeedEvent]
  package var next: Int64
  package var removed: Int64

  package init(items: [FeedEvent], next: Int64, removed: Int64) {
    (self.items, self.next, self.removed) = (items, next, removed)
  }
}

extension EventFeed: Described {
  package static var schema: MessageSchema {
    .object([
      Property("items", .list(FeedEvent.schema, atMost: nil), "The events after the cursor, the oldest first"),
      Property("next", .size, "The cursor for the next request: the value of the query parameter after"),
      Property(
        "removed", .size,
        "The number of the last entry that was removed because of its age; a cursor below it may have missed events"),
    ])
  }
}

package struct WebhookRequest: Codable, Equatable, Sendable {
  package var address: String
  package var kinds: [String]?

  package init(address: String, kinds: [String]? = nil) { (self.address, self.kinds) = (address, kinds) }
}

extension WebhookRequest: Described {
  package static var schema: MessageSchema {
    .object([
      Property("address", .text(1...PlatformLimit.webhookAddressBytes), "The address that receives events: https://…"),
      Property(
        "kinds", .list(.choice(AuditAction.events.map(\.rawValue)), atMost: AuditAction.events.count),
        "The kinds of events; without it, all", isRequired: false),
    ])
  }
}

package struct WebhookReply: Codable, Equatable, Sendable {
  package var id: Int64
  package var address: String
  package var kinds: [String]
  package var created: Int64
  package var creator: String
  package var delivered: Int64
  package var waiting: Int64
  package var failures: Int
  package var failingSince: Int64?
  package var lastError: String?
  package var isSuspended: Bool
  package var secret: String?

  package init(
    id: Int64, address: String, kinds: [String], created: Int64, creator: String, delivered: Int64, waiting: Int64,
    failures: Int, failingSince: Int64?, lastError: String?, isSuspended: Bool, secret: String? = nil
  ) {
    self.id = id
    self.address = address
    self.kinds = kinds
    self.created = created
    self.creator = creator
    self.delivered = delivered
    self.waiting = waiting
    self.failures = failures
    self.failingSince = failingSince
    self.lastError = lastError
    self.isSuspended = isSuspended
    self.secret = secret
  }
}

extension WebhookReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("id", .id, "The id"),
      Property("address", .anyText, "The address that receives events"),
      Property("kinds", .list(.anyText, atMost: nil), "The kinds of events; empty for all"),
      Property("created", .time, "When it was created"),
      Property("creator", .anyText, "The name of the token that created it"),
      Property("delivered", .size, "The number of the last event that was delivered or passed over"),
      Property("waiting", .count, "Events that wait to be delivered; at most 1000 are counted"),
      Property("failures", .count, "Attempts that failed since the last delivery"),
      Property("failingSince", .time, "When the first of those failed", isRequired: false),
      Property("lastError", .anyText, "Why the last of those failed", isRequired: false),
      Property("isSuspended", .boolean, "Whether delivery has ended because it failed for a day"),
      Property(
        "secret", .anyText, "The key of the signatures: returned only once, when the webhook is created",
        isRequired: false),
    ])
  }
}

package struct WebhookList: Codable, Equatable, Sendable {
  package var items: [WebhookReply]

  package init(items: [WebhookReply]) { self.items = items }
}

extension WebhookList: Described {
  package static var schema: MessageSchema {
    .object([Property("items", .list(WebhookReply.schema, atMost: nil), "The webhooks")])
  }
}

/// The result of a test event.
package struct WebhookTestReply: Codable, Equatable, Sendable {
  package var isDelivered: Bool
  package var error: String?

  package init(isDelivered: Bool, error: String? = nil) { (self.isDelivered, self.error) = (isDelivered, error) }
}

extension WebhookTestReply: Described {
  package static var schema: MessageSchema {
    .object([
      Property("isDelivered", .boolean, "Whether the receiver answered with a status of 200 to 299"),
      Property("error", .anyText, "Why it did not", isRequired: false),
    ])
  }
}
