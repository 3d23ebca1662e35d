import AsvinCrypto
package import AsvinManifest
package import AsvinPlatformAPI

/// An action in a workspace. Each entry holds the digest of the previous entry, so that entries cannot be changed, removed
/// or inserted later without being noticed.
package struct AuditEntry: Equatable, Sendable {
  /// The number of the entry, from 1 without gaps.
  package var number: Int64
  package var time: Instant
  /// The name of the token that did it, or `device`, or `platform`.
  package var actor: String
  /// The action, such as `rollout.start`. A text, because the log may hold actions of later versions.
  package var action: String
  /// The subject of the action, such as `rollout 7`.
  package var subject: String
  /// The digest of the previous entry; zeros for the first entry.
  package var previous: Digest
  /// SHA-256 of a CBOR array of the workspace's id, the number, the time, the actor, the action, the subject and the
  /// previous digest.
  package var digest: Digest

  /// Creates an entry from its stored values.
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

  /// Creates the entry that follows another one.
  package init(
    after last: AuditEntry?, in workspace: ID<Workspace>, actor: String, action: AuditAction, subject: String,
    at now: Instant
  ) {
    self.init(
      number: (last?.number ?? 0) + 1, time: now, actor: actor, action: action.rawValue, subject: subject,
      previous: last?.digest ?? Digest(), digest: Digest())
    digest = expectedDigest(in: workspace)
  }

  /// Computes the digest of the fields.
  package func expectedDigest(in workspace: ID<Workspace>) -> Digest {
    var writer = CBORWriter()
    writer.head(.array, 7)
    for number in [workspace.value, number, time.seconds] { writer.integer(number) }
    for text in [actor, action, subject] { writer.text(Array(text.utf8)) }
    writer.byteString((0..<32).map { previous[$0] })
    return SHA256.digest(of: writer.bytes.span)
  }

  /// Returns the number of the first entry that does not follow from the previous one; `nil` if all do.
  ///
  /// - Parameter last: the entry before the first of these entries.
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
