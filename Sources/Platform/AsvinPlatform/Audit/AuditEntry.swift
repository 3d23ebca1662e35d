package import AsvinManifest
package import AsvinPlatformAPI

/// An action in a workspace. Each entry holds the digest of the previous entry, so that entries cannot be changed, removed
/// or inserted later without being noticed.
@dynamicMemberLookup
package struct AuditEntry: Equatable, Sendable {
  /// What the digest covers.
  package var content: AuditContent
  /// The form of the bytes that the digest covers.
  package var form: Int
  /// The digest of ``content``.
  package var digest: Digest

  package init(_ content: AuditContent, form: Int, digest: Digest) {
    (self.content, self.form, self.digest) = (content, form, digest)
  }

  /// Creates the entry that follows another one.
  package init(
    after last: AuditLink, in workspace: ID<Workspace>, actor: String, origin: AuditOrigin? = nil, action: String,
    subject: String, details: [AuditDetail] = [], at now: Instant
  ) {
    content = AuditContent(
      workspace: workspace.value, number: last.number + 1, time: now.seconds, actor: actor, token: origin?.token,
      address: origin?.address, action: action, subject: subject, details: details, previous: last.digest)
    form = AuditContent.newestForm
    digest = content.digest(form: form) ?? Digest()
  }

  package subscript<Value>(dynamicMember member: WritableKeyPath<AuditContent, Value>) -> Value {
    get { content[keyPath: member] }
    set { content[keyPath: member] = newValue }
  }

  package var link: AuditLink { AuditLink(number: content.number, digest: digest) }

  /// Returns the number of the first entry that does not follow from the previous one; `nil` if all do.
  ///
  /// - Parameter last: the place before the first of these entries.
  package static func firstBreak(
    in entries: [AuditEntry], after last: AuditLink?, of workspace: ID<Workspace>
  ) -> Int64? {
    var last = last ?? .start
    for entry in entries {
      let content = entry.content
      guard content.workspace == workspace.value, content.number == last.number + 1, content.previous == last.digest,
        entry.digest == content.digest(form: entry.form)
      else { return content.number }
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
