package import AsvinManifest
import AsvinCrypto

/// A place in the chain of an audit log: the number and the digest of an entry.
package struct AuditLink: Equatable, Sendable {
  package let number: Int64
  package let digest: Digest

  package init(number: Int64, digest: Digest) { (self.number, self.digest) = (number, digest) }

  /// The place before the first entry.
  package static var start: AuditLink { AuditLink(number: 0, digest: Digest()) }
}

/// What the digest of an entry covers.
package struct AuditContent: Equatable, Sendable {
  package var workspace: Int64
  /// The number of the entry, from 1 without gaps.
  package var number: Int64
  /// Seconds since 1970.
  package var time: Int64
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
  /// The digest of the previous entry; zeros for the first entry.
  package var previous: Digest

  /// The form of new entries. Entries of form 1 have no token, address or details.
  package static let newestForm = 2

  package init(
    workspace: Int64, number: Int64, time: Int64, actor: String, token: Int64?, address: String?, action: String,
    subject: String, details: [AuditDetail], previous: Digest
  ) {
    self.workspace = workspace
    self.number = number
    self.time = time
    self.actor = actor
    self.token = token
    self.address = address
    self.action = action
    self.subject = subject
    self.details = details
    self.previous = previous
  }

  /// SHA-256 of a CBOR array. Form 1: the workspace's id, the number, the time, the actor, the action, the subject, the
  /// previous digest. Form 2: the workspace's id, the number, the time, the actor, the token's id or 0, the address or an
  /// empty text, the action, the subject, an array of names and values, the previous digest. The arrays differ in length, so
  /// that no entry of one form has the bytes of another. `nil` for an unknown form.
  package func digest(form: Int) -> Digest? {
    var writer = CBORWriter()
    switch form {
    case 1:
      guard token == nil, address == nil, details.isEmpty else { return nil }
      writer.head(.array, 7)
    case 2: writer.head(.array, 10)
    default: return nil
    }
    for number in [workspace, number, time] { writer.integer(number) }
    writer.text(Array(actor.utf8))
    if form == 2 {
      writer.integer(token ?? 0)
      writer.text(Array((address ?? "").utf8))
    }
    writer.text(Array(action.utf8))
    writer.text(Array(subject.utf8))
    if form == 2 {
      writer.head(.array, UInt64(details.count * 2))
      for detail in details {
        writer.text(Array(detail.name.utf8))
        writer.text(Array(detail.value.utf8))
      }
    }
    writer.byteString(previous.array)
    return SHA256.digest(of: writer.bytes.span)
  }
}
