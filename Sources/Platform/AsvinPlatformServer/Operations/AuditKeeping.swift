import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import Logging
import ServiceLifecycle

/// Closes the periods in which actions of devices were only counted, writes the end of each audit log to the server's log,
/// and removes entries that are too old. The server's log is usually kept elsewhere, so that its digests show whether the
/// audit log was changed in the database. They are not signed, because nothing in the server's log may look like a token.
struct AuditKeeping: Service {
  let store: any PlatformStore
  let tokens: Tokens
  let clock: @Sendable () -> Instant
  let logger: Logger
  /// Days for which entries are kept; `nil` for ever.
  let days: Int?

  private static let secondsBetweenHeads: Int64 = 3600

  func run() async throws {
    var logged: [ID<Workspace>: (number: Int64, time: Instant)] = [:]
    while !Task.isCancelled, !Task.isShuttingDownGracefully {
      do {
        for workspace in try await store.workspaces() {
          try await close(workspace.id)
          try await prune(workspace.id)
          let now = clock()
          let known = logged[workspace.id]
          let isDue = known.map { abs(now.seconds - $0.time.seconds) >= Self.secondsBetweenHeads } ?? true
          if isDue, let link = try await store.read(in: workspace.id, { try $0.lastAuditEntry()?.link }),
            link.number != known?.number
          {
            logger.notice(
              "end of the audit log",
              metadata: [
                "workspace": "\(workspace.id.value)", "number": "\(link.number)",
                "digest": "\(link.digest.hexadecimal)",
              ])
            logged[workspace.id] = (link.number, now)
          }
        }
      } catch {
        logger.error("the audit logs were not kept", metadata: ["error": "\(error)"])
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(60)) }  // woken by the shutdown
    }
  }

  /// Adds the entries about actions that were only counted.
  func close(_ workspace: ID<Workspace>) async throws {
    let now = clock()
    let isDue = try await store.read(in: workspace) { rows in
      try rows.auditShares().contains { $0.counted > 0 && $0.hasEnded(at: now) }
    }
    guard isDue else { return }
    _ = try await store.write(in: workspace) { rows in try rows.closeAuditShares(at: now) }
  }

  /// Removes entries that are too old, some at a time, so that other writes need not wait.
  ///
  /// - Returns: the number of entries removed.
  @discardableResult
  func prune(_ workspace: ID<Workspace>) async throws -> Int {
    guard let days else { return 0 }
    let oldest = clock().seconds - Int64(days) * 86_400
    var removed = 0
    while true {
      let link = try await store.read(in: workspace) { rows -> AuditLink? in
        let base = try rows.auditBase()?.link.number ?? 0
        guard let first = try rows.auditEntries(after: base, limit: 1).first, first.time < oldest else {
          return nil
        }
        let last = try rows.lastAuditEntry()?.number ?? 0
        return try rows.auditEntries(after: base, limit: PlatformLimit.prunedEntries)
          .prefix { $0.time < oldest && $0.number < last }.last?.link
      }
      guard let link else { break }
      let now = clock()
      let proof = try await tokens.receipt(AuditHeadClaims(link, .base, of: workspace, at: now))
      removed += try await store.write(in: workspace) { rows in
        let count = try rows.pruneAudit(to: AuditBase(link: link, proof: proof))
        try rows.record(
          .pruneAudit, "entries to \(link.number)",
          [AuditDetail("count", "\(count)"), AuditDetail("digest", link.digest.hexadecimal)], by: "platform", at: now)
        return count
      }
    }
    if removed > 0 {
      logger.notice(
        "old entries of the audit log were removed",
        metadata: ["workspace": "\(workspace.value)", "count": "\(removed)"])
    }
    return removed
  }
}
