import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import Logging
import ServiceLifecycle
import Synchronization

/// Sends events to webhooks: for each webhook one after the other, in the order in which they happened, and again until the
/// receiver has accepted it. The audit log is the queue, so that no event is lost when the server ends, and a webhook that
/// does not answer takes no memory.
final class WebhookDelivery: Service {
  private struct State {
    var busy: Set<ID<Webhook>> = []
    /// When a webhook that has failed is due, by a clock that nobody sets.
    var due: [ID<Webhook>: ContinuousClock.Instant] = [:]
    var delivered = 0
    var failed = 0
  }

  /// Events that one turn of a webhook sends.
  private static let eventsOfTurn = 50

  private let store: any PlatformStore
  private let client: WebhookClient
  private let clock: @Sendable () -> Instant
  private let logger: Logger
  private let state = Mutex(State())

  init(store: any PlatformStore, client: WebhookClient, clock: @escaping @Sendable () -> Instant, logger: Logger) {
    (self.store, self.client, self.clock, self.logger) = (store, client, clock, logger)
  }

  /// The metrics in the text format of Prometheus.
  var metrics: String {
    let (busy, waiting, delivered, failed) = state.withLock { ($0.busy.count, $0.due.count, $0.delivered, $0.failed) }
    return """
      # HELP asvin_webhooks_busy Webhooks to which an event is being sent.
      # TYPE asvin_webhooks_busy gauge
      asvin_webhooks_busy \(busy)
      # HELP asvin_webhooks_failing Webhooks that wait for their next attempt.
      # TYPE asvin_webhooks_failing gauge
      asvin_webhooks_failing \(waiting)
      # HELP asvin_webhook_deliveries_total Attempts to deliver an event.
      # TYPE asvin_webhook_deliveries_total counter
      asvin_webhook_deliveries_total{result="accepted"} \(delivered)
      asvin_webhook_deliveries_total{result="failed"} \(failed)

      """
  }

  func run() async throws {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled, !Task.isShuttingDownGracefully {
        do {
          for (workspace, webhook) in try await waiting() {
            group.addTask { await self.turn(webhook, in: workspace) }
          }
        } catch {
          logger.error("the webhooks cannot be read", metadata: ["error": "\(error)"])
        }
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }  // woken by the shutdown
      }
      group.cancelAll()
    }
  }

  /// Sends the waiting events of all webhooks that are due.
  func turnOfAll() async throws {
    for (workspace, webhook) in try await waiting() { await turn(webhook, in: workspace) }
  }

  /// Returns the webhooks that are due and have events, and marks them as busy.
  private func waiting() async throws -> [(ID<Workspace>, ID<Webhook>)] {
    var found: [(ID<Workspace>, ID<Webhook>)] = []
    for workspace in try await store.workspaces() {
      let ready = try await store.read(in: workspace.id) { rows in
        try rows.webhooks().filter { webhook in
          try !webhook.isSuspended && !rows.events(after: webhook.delivered, limit: 1).isEmpty
        }
      }
      state.withLock { state in
        for webhook in ready
        where state.busy.count < PlatformLimit.deliveries && !state.busy.contains(webhook.id)
          && state.due[webhook.id].map({ $0 <= .now }) ?? true
        {
          state.busy.insert(webhook.id)
          found.append((workspace.id, webhook.id))
        }
      }
    }
    return found
  }

  /// Sends the next events of a webhook, up to the first that fails.
  private func turn(_ id: ID<Webhook>, in workspace: ID<Workspace>) async {
    defer { state.withLock { _ = $0.busy.remove(id) } }
    do {
      let known = try await store.read(in: workspace) { rows -> (Webhook, [AuditEntry])? in
        guard let webhook = try rows.webhook(id), !webhook.isSuspended else { return nil }
        return (webhook, try rows.events(after: webhook.delivered, limit: Self.eventsOfTurn))
      }
      guard let (webhook, entries) = known else { return }
      var number: Int64?
      for entry in entries {
        if webhook.wants(entry) {
          do throws(WebhookClient.Fault) {
            try await send(FeedEvent(entry), to: webhook, of: workspace)
            state.withLock { $0.delivered += 1 }
          } catch {
            // An attempt that the shutdown ended is not a failure of the receiver.
            if Task.isCancelled { return }
            state.withLock { $0.failed += 1 }
            try await note(id, in: workspace, number, error.text)
            return
          }
        }
        number = entry.number
      }
      if let number { try await note(id, in: workspace, number, nil) }
    } catch {
      logger.error("a webhook was not served", metadata: ["webhook": "\(id.value)", "error": "\(error)"])
    }
  }

  /// Stores the outcome of a turn.
  private func note(
    _ id: ID<Webhook>, in workspace: ID<Workspace>, _ number: Int64?, _ error: String?
  ) async throws {
    let now = clock()
    let backOff = try await store.write(in: workspace) { rows -> Int64 in
      // The webhook may have been removed or resumed in the meantime.
      guard var webhook = try rows.webhook(id) else { return 0 }
      var actions: [AuditAction] = []
      if let number { actions += webhook.succeed(number).map { [$0] } ?? [] }
      if let error { actions += webhook.fail(error, at: now).map { [$0] } ?? [] }
      try rows.put(webhook)
      for action in actions {
        try rows.record(
          action, "webhook \(id.value)",
          [AuditDetail("host", webhook.host)] + (error.map { [AuditDetail("error", $0)] } ?? []), by: "platform",
          at: now)
      }
      return webhook.backOff
    }
    // A random part spreads the attempts of several webhooks to one receiver that is back.
    let pause = Double(backOff) * Double.random(in: 0.8...1.2)
    state.withLock { $0.due[id] = error == nil ? nil : .now + .seconds(pause) }
    if let error {
      logger.warning(
        "an event was not delivered",
        metadata: ["workspace": "\(workspace.value)", "webhook": "\(id.value)", "error": "\(error)"])
    }
  }

  /// Makes a webhook due at once.
  func wake(_ id: ID<Webhook>) { state.withLock { _ = $0.due.removeValue(forKey: id) } }

  /// Sends one event, signed.
  func send(
    _ event: FeedEvent, to webhook: Webhook, of workspace: ID<Workspace>, id: String? = nil
  ) async throws(WebhookClient.Fault) {
    let id = id ?? "evt_\(workspace.value)_\(event.number)"
    let body: [UInt8]
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      body = [UInt8](try encoder.encode(WebhookBody(event, of: workspace)))
    } catch {
      throw WebhookClient.Fault("the event cannot be written: \(error)")
    }
    let now = clock()
    try await client.post(
      body, to: webhook.address,
      fields: [
        ("webhook-id", id), ("webhook-timestamp", "\(now.seconds)"),
        ("webhook-signature", WebhookSignature.field(id: id, time: now, body: body, secret: webhook.secret)),
      ])
  }
}

/// The body of a delivery.
private struct WebhookBody: Encodable {
  let type: String
  let timestamp: String
  let workspace: Int64
  let data: FeedEvent

  init(_ event: FeedEvent, of workspace: ID<Workspace>) {
    (type, data, self.workspace) = (event.kind, event, workspace.value)
    timestamp = Date(timeIntervalSince1970: Double(event.time)).formatted(.iso8601)
  }
}

extension FeedEvent {
  init(_ entry: AuditEntry) {
    self.init(
      number: entry.number, time: entry.time, kind: entry.action, subject: entry.subject, actor: entry.actor,
      details: entry.details)
  }
}

extension Webhook {
  /// The host for the audit log. The rest of the address may hold a secret.
  var host: String { WebhookAddress(address)?.host ?? "" }
}
