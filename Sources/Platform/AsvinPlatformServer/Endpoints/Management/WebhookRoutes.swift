import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let webhooks: [Route] = [
    Route(
      .get, "/manage/events", .person(.read), "Read the events after a cursor",
      query: [
        Property(
          "after", .integer(0...PlatformLimit.largestID), "The cursor: next of the previous reply; 0 for the oldest",
          isRequired: false),
        Property(
          "limit", .integer(1...PlatformLimit.pageItems), "The number of events; default 100", isRequired: false),
      ],
      answers: .json(EventFeed.self, "The events")
    ) { call in
      let (after, limit) = try call.page()
      let feed = try await call.read { rows in
        let events = try rows.events(after: after, limit: limit)
        let removed = try rows.auditBase()?.link.number ?? 0
        return EventFeed(
          items: events.map { FeedEvent($0) }, next: events.last?.number ?? max(after, removed), removed: removed)
      }
      return try Reply.json(feed)
    },
    Route(
      .get, "/manage/webhooks", .person(.administer), "List the webhooks",
      answers: .json(WebhookList.self, "The webhooks")
    ) { call in
      let items = try await call.read { rows in try rows.webhooks().map { try WebhookReply($0, in: rows) } }
      return try Reply.json(WebhookList(items: items))
    },
    Route(
      .post, "/manage/webhooks", .person(.administer),
      "Send events to an address; the secret of the signatures is returned only once", body: WebhookRequest.self,
      answers: .json(201, WebhookReply.self, "The webhook; it receives the events from now on"),
      .problem(409, "The workspace has the highest number of webhooks")
    ) { call in
      let body = try await call.body(WebhookRequest.self)
      do throws(WebhookClient.Fault) {
        _ = try call.platform.webhookClient.check(body.address)
      } catch {
        throw Refusal.malformed("address: \(error.text)")
      }
      var generator = SystemRandomNumberGenerator()
      let secret = FixedBytes<32> { _ in UInt8.random(in: 0...255, using: &generator) }
      let (now, name) = (call.now, call.caller.name)
      var reply = try await call.write { rows in
        guard try rows.webhooks().count < PlatformLimit.webhooks else {
          throw Refusal(
            status: .conflict, message: "the workspace has \(PlatformLimit.webhooks) webhooks", hint: "remove one first"
          )
        }
        let webhook = try rows.add(
          Webhook(
            id: ID(0), address: body.address, kinds: Set(body.kinds ?? []), secret: secret, created: now, creator: name,
            delivered: try rows.lastAuditEntry()?.number ?? 0))
        try rows.record(
          .createWebhook, "webhook \(webhook.id.value)",
          [AuditDetail("host", webhook.host), AuditDetail("kinds", webhook.kinds.sorted().joined(separator: " "))], call
        )
        return try WebhookReply(webhook, in: rows)
      }
      reply.secret = WebhookSignature.text(of: secret)
      return try Reply.json(reply, status: .created)
    },
    Route(
      .delete, "/manage/webhooks/{webhook}", .person(.administer), "Remove a webhook",
      answers: .nothing(204, "The webhook is removed")
    ) { call in
      let id: ID<Webhook> = try call.id("webhook", of: .webhook)
      try await call.write { rows in
        guard let webhook = try rows.webhook(id) else { throw PlatformError.notFound(.webhook) }
        try rows.remove(id)
        try rows.record(.deleteWebhook, "webhook \(id.value)", [AuditDetail("host", webhook.host)], call)
      }
      return Response(status: .noContent)
    },
    Route(
      .post, "/manage/webhooks/{webhook}/resume", .person(.administer),
      "Continue with the waiting events after delivery was suspended", answers: .json(WebhookReply.self, "The webhook")
    ) { call in
      let id: ID<Webhook> = try call.id("webhook", of: .webhook)
      let reply = try await call.write { rows in
        guard var webhook = try rows.webhook(id) else { throw PlatformError.notFound(.webhook) }
        webhook.resume()
        try rows.put(webhook)
        try rows.record(.resumeWebhook, "webhook \(id.value)", [AuditDetail("host", webhook.host)], call)
        return try WebhookReply(webhook, in: rows)
      }
      call.platform.delivery.wake(id)
      return try Reply.json(reply)
    },
    Route(
      .post, "/manage/webhooks/{webhook}/test", .person(.administer), "Send a test event now, and wait for the status",
      answers: .json(WebhookTestReply.self, "The result")
    ) { call in
      let id: ID<Webhook> = try call.id("webhook", of: .webhook)
      try call.limit("webhook test", perMinute: 10)
      guard let webhook = try await call.read({ try $0.webhook(id) }) else { throw PlatformError.notFound(.webhook) }
      let event = FeedEvent(
        number: 0, time: call.now.seconds, kind: "webhook.test", subject: "webhook \(id.value)",
        actor: call.caller.name,
        details: [])
      let workspace = try call.workspace
      var fault: WebhookClient.Fault?
      do throws(WebhookClient.Fault) {
        try await call.platform.delivery.send(
          event, to: webhook, of: workspace, id: "evt_test_\(UInt64.random(in: 0 ... .max))")
      } catch {
        fault = error
      }
      return try Reply.json(WebhookTestReply(isDelivered: fault == nil, error: fault?.text))
    },
  ]
}

extension WebhookReply {
  init(_ webhook: Webhook, in rows: any ReadTransaction) throws {
    let waiting = try rows.events(after: webhook.delivered, limit: PlatformLimit.waitingEvents).count {
      webhook.wants($0)
    }
    self.init(
      id: webhook.id.value, address: webhook.address, kinds: webhook.kinds.sorted(), created: webhook.created.seconds,
      creator: webhook.creator, delivered: webhook.delivered, waiting: Int64(waiting), failures: webhook.failures,
      failingSince: webhook.failingSince?.seconds, lastError: webhook.lastError.isEmpty ? nil : webhook.lastError,
      isSuspended: webhook.isSuspended)
  }
}
