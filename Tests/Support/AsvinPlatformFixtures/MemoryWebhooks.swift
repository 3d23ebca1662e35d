package import AsvinPlatform
import AsvinPlatformAPI

extension MemoryTransaction {
  package func events(after number: Int64, limit: Int) -> [AuditEntry] {
    Array(
      tables.audit.filter { $0.number > number && AuditAction(rawValue: $0.action)?.isEvent ?? false }.prefix(limit))
  }

  package func webhooks() -> [Webhook] { tables.webhooks.values.sorted { $0.id < $1.id } }
  package func webhook(_ id: ID<Webhook>) -> Webhook? { tables.webhooks[id] }
  package func put(_ webhook: Webhook) { tables.webhooks[webhook.id] = webhook }
  package func remove(_ webhook: ID<Webhook>) { tables.webhooks[webhook] = nil }

  package func add(_ webhook: Webhook) -> Webhook {
    var added = webhook
    added.id = newID()
    tables.webhooks[added.id] = added
    return added
  }

  package func lateRollouts(startedBefore time: Instant, limit: Int) -> [Rollout] {
    Array(
      tables.rollouts.values.sorted { $0.id < $1.id }.filter { rollout in
        guard let started = rollout.started, !rollout.isEnded else { return false }
        return started < time && !tables.lateRollouts.contains(rollout.id)
      }.prefix(limit))
  }

  package func noteLate(_ rollout: ID<Rollout>) throws {
    guard tables.rollouts[rollout] != nil else { throw PlatformError.notFound(.rollout) }
    tables.lateRollouts.insert(rollout)
  }
}

extension Webhook {
  /// The webhook without the progress of delivery.
  var decisions: Webhook {
    var webhook = self
    webhook.resume()
    (webhook.delivered, webhook.isSuspended) = (0, isSuspended)
    return webhook
  }
}
