import AsvinCrypto
package import AsvinManifest

/// One thing that somebody did in a workspace. Each entry holds the digest of the one before it: what is changed, left out
/// or put in between later shows.
package struct AuditEntry: Equatable, Sendable {
  /// Its place, from 1, without gaps.
  package var number: Int64
  /// When it was done.
  package var time: Instant
  /// Who did it: a token's name, `device` or `platform`.
  package var actor: String
  /// What was done, as `rollout.start`.
  package var action: String
  /// To what, as `rollout 7`.
  package var subject: String
  /// The digest of the entry before; zeros for the first.
  package var previous: Digest
  /// SHA-256 of a CBOR array of the workspace's id, the number, the time, the actor, the action, the subject and the
  /// previous digest.
  package var digest: Digest

  /// An entry as it was stored.
  package init(
    number: Int64, time: Instant, actor: String, action: String, subject: String, previous: Digest, digest: Digest
  ) {
    self.number = number
    self.time = time
    self.actor = actor
    self.action = action
    self.subject = subject
    self.previous = previous
    self.digest = digest
  }

  /// The entry behind another.
  package init(
    after last: AuditEntry?, in workspace: ID<Workspace>, actor: String, action: String, subject: String,
    at now: Instant
  ) {
    self.init(
      number: (last?.number ?? 0) + 1, time: now, actor: actor, action: action, subject: subject,
      previous: last?.digest ?? Digest(), digest: Digest())
    digest = expectedDigest(in: workspace)
  }

  /// The digest that its fields give.
  package func expectedDigest(in workspace: ID<Workspace>) -> Digest {
    var writer = CBORWriter()
    writer.head(.array, 7)
    for number in [workspace.value, number, time.seconds] { writer.integer(number) }
    for text in [actor, action, subject] { writer.text(Array(text.utf8)) }
    writer.byteString((0..<32).map { previous[$0] })
    return SHA256.digest(of: writer.bytes.span)
  }

  /// The number of the first entry that does not follow from the one before it; `nil` where all do.
  ///
  /// - Parameter last: the entry before the first of these.
  package static func firstBreak(in entries: [AuditEntry], after last: AuditEntry?, of workspace: ID<Workspace>)
    -> Int64?
  {
    var last = last
    for entry in entries {
      guard entry.number == (last?.number ?? 0) + 1, entry.previous == last?.digest ?? Digest(),
        entry.digest == entry.expectedDigest(in: workspace)
      else { return entry.number }
      last = entry
    }
    return nil
  }
}
