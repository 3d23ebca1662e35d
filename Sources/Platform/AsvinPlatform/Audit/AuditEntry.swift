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
  /// The id of that token.
  package var token: Int64?
  /// The address from which the request came.
  package var address: String?
  /// The action, such as `rollout.start`. A text, because the log may hold actions of later versions.
  package var action: String
  /// The subject of the action, such as `rollout 7`.
  package var subject: String
  package var details: [AuditDetail]
  /// The form of the bytes that the digest covers.
  package var form: Int
  /// The digest of the previous entry; zeros for the first entry.
  package var previous: Digest
  /// The digest of ``AuditContent``.
  package var digest: Digest

  /// Creates an entry from its stored values.
  package init(
    number: Int64, time: Instant, actor: String, token: Int64?, address: String?, action: String, subject: String,
    details: [AuditDetail], form: Int, previous: Digest, digest: Digest
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

  /// Creates the entry that follows another one.
  package init(
    after last: AuditLink, in workspace: ID<Workspace>, actor: String, origin: AuditOrigin? = nil, action: String,
    subject: String, details: [AuditDetail] = [], at now: Instant
  ) {
    self.init(
      number: last.number + 1, time: now, actor: actor, token: origin?.token, address: origin?.address, action: action,
      subject: subject, details: details, form: AuditContent.newestForm, previous: last.digest, digest: Digest())
    digest = expectedDigest(in: workspace) ?? Digest()
  }

  package var link: AuditLink { AuditLink(number: number, digest: digest) }

  /// Computes the digest of the fields; `nil` for an unknown form.
  package func expectedDigest(in workspace: ID<Workspace>) -> Digest? {
    AuditContent(
      workspace: workspace.value, number: number, time: time.seconds, actor: actor, token: token, address: address,
      action: action, subject: subject, details: details, previous: previous
    ).digest(form: form)
  }

  /// Returns the number of the first entry that does not follow from the previous one; `nil` if all do.
  ///
  /// - Parameter last: the place before the first of these entries.
  package static func firstBreak(
    in entries: [AuditEntry], after last: AuditLink?, of workspace: ID<Workspace>
  ) -> Int64? {
    var last = last ?? .start
    for entry in entries {
      guard entry.number == last.number + 1, entry.previous == last.digest,
        entry.digest == entry.expectedDigest(in: workspace)
      else { return entry.number }
      last = entry.link
    }
    return nil
  }
}

/// The sender of the request that causes a write.
package struct AuditOrigin: Equatable, Sendable {
  /// The name of its owner in the audit log.
  package let name: String
  /// The id of its token; `nil` for a device.
  package let token: Int64?
  package let address: String?

  package init(name: String, token: Int64? = nil, address: String?) {
    (self.name, self.token, self.address) = (name, token, address)
  }
}

/// The last entry that was removed from an audit log because of its age, and the platform's signature of it.
package struct AuditBase: Equatable, Sendable {
  package let link: AuditLink
  /// The signed statement.
  package let proof: String

  package init(link: AuditLink, proof: String) { (self.link, self.proof) = (link, proof) }
}

/// The entries that devices have added about one kind of action in a period. After a number of them, further ones are only
/// counted, because a device, or a thief of the key of all devices, must not fill the log.
package struct AuditShare: Equatable, Sendable {
  package let action: String
  package let start: Instant
  /// Entries in the log.
  package var recorded = 0
  /// Actions that were only counted.
  package var counted = 0
  /// The subjects of the first and the last of those.
  package var first = ""
  package var last = ""

  package init(action: String, start: Instant) { (self.action, self.start) = (action, start) }

  package func hasEnded(at now: Instant) -> Bool {
    !(0..<PlatformLimit.deviceEntrySeconds).contains(now.seconds - start.seconds)
  }

  /// Counts an action.
  ///
  /// - Returns: whether it is recorded in an entry of its own.
  package mutating func admit(_ subject: String) -> Bool {
    guard recorded >= PlatformLimit.deviceEntries else {
      recorded += 1
      return true
    }
    if counted == 0 { first = subject }
    (counted, last) = (counted + 1, subject)
    return false
  }
}
