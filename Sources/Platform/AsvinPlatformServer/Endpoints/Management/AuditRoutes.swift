import AsvinCrypto
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird
import JWTKit

extension Management {
  static let audit: [Route] = [
    Route(
      .get, "/manage/audit", .person(.read), "Read the audit log and check that it is intact", query: Property.page,
      answers: .json(AuditList.self, "The entries")
    ) { call in
      let (after, limit) = try call.page()
      let (entries, last) = try await call.read { rows in
        let base = try rows.auditBase()
        let start = max(after, base?.link.number ?? 0)
        let last =
          start == base?.link.number ? base?.link : try rows.auditEntries(after: start - 1, limit: 1).first?.link
        return (try rows.auditEntries(after: start, limit: limit), start > 0 ? last : nil)
      }
      let firstBreak = AuditEntry.firstBreak(in: entries, after: last, of: try call.workspace)
      return try Reply.json(
        AuditList(
          items: entries.map { AuditEntryReply($0) }, isIntact: firstBreak == nil,
          next: entries.count == limit ? entries.last?.number : nil))
    },
    Route(
      .get, "/manage/audit/head", .person(.read),
      "Sign the end of the audit log. A copy that is kept elsewhere shows later whether entries were removed or changed",
      answers: .json(AuditHeadReply.self, "The signed head")
    ) { call in
      let (link, base) = try await call.read { rows in
        (try rows.lastAuditEntry()?.link ?? .start, try rows.auditBase()?.proof)
      }
      let head = AuditHeadClaims(link, .head, of: try call.workspace, at: call.now)
      return try Reply.json(
        AuditHeadReply(
          number: link.number, digest: link.digest.hexadecimal, time: call.now.seconds,
          head: try await call.platform.tokens.receipt(head), base: base))
    },
  ]
}

/// The claims of a head that the platform signs. ``AuditHead`` verifies them.
struct AuditHeadClaims: JWTPayload {
  let typ: String
  let iat: Int64
  let workspace: Int64
  let number: Int64
  let digest: String

  init(_ link: AuditLink, _ kind: AuditHead.Kind, of workspace: ID<Workspace>, at now: Instant) {
    (typ, iat, self.workspace) = (kind.rawValue, now.seconds, workspace.value)
    (number, digest) = (link.number, link.digest.hexadecimal)
  }

  // A head states a past event and does not expire.
  func verify(using algorithm: some JWTAlgorithm) {}
}
