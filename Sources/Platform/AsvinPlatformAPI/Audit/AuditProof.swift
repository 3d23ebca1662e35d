import AsvinCrypto
import AsvinManifest

/// The check of an exported audit log, entry by entry.
package struct AuditProof: Sendable {
  /// Why a log is not the one that the platform signed.
  package enum Fault: Error, Equatable, Sendable {
    /// The entry does not have its digest.
    case changed(Int64)
    /// The entry has its digest and does not continue the previous entry: one of the two was replaced.
    case notFollowing(Int64)
    case missing(from: Int64, to: Int64)
    /// The entry appears where a later one is expected.
    case outOfOrder(Int64, expected: Int64)
    /// The log ends before a signed head.
    case cut(last: Int64, head: Int64)
    /// Entries after the signed head. Its signature does not cover them.
    case afterHead(Int64, head: Int64)
    /// The entry is not the one of a signed head: the log was written again.
    case notTheHead(Int64)
    case otherWorkspace(Int64, head: Int64)
    case unknownForm(Int64)
  }

  package let workspace: Int64
  /// The place before the first entry: the start of the log, or the last entry that was removed because of its age.
  package let base: AuditLink
  package private(set) var last: AuditLink
  /// Heads that the log must contain, by the numbers of their entries.
  private var kept: [Int64: AuditHead]

  /// - Parameters:
  ///   - base: the signed base; `nil` for a log from its first entry.
  ///   - heads: signed heads, also from earlier times.
  package init(workspace: Int64, base: AuditHead?, heads: [AuditHead]) throws(Fault) {
    for head in heads + [base].compactMap({ $0 }) where head.workspace != workspace {
      throw .otherWorkspace(workspace, head: head.workspace)
    }
    (self.workspace, self.base) = (workspace, base?.link ?? .start)
    last = self.base
    kept = [:]
    for head in heads where head.link.number >= self.base.number {
      if let known = kept[head.link.number], known.link != head.link { throw .notTheHead(head.link.number) }
      kept[head.link.number] = head
    }
    try check(last)
  }

  /// Checks the next entry.
  package mutating func add(_ entry: AuditEntryReply) throws(Fault) {
    let expected = last.number + 1
    guard entry.number >= expected else { throw .outOfOrder(entry.number, expected: expected) }
    guard entry.number == expected else { throw .missing(from: expected, to: entry.number - 1) }
    guard let previous = Digest(hexadecimal: entry.previous), let digest = Digest(hexadecimal: entry.digest) else {
      throw .changed(entry.number)
    }
    let content = AuditContent(
      workspace: workspace, number: entry.number, time: entry.time, actor: entry.actor, token: entry.token,
      address: entry.address, action: entry.action, subject: entry.subject, details: entry.details, previous: previous)
    guard (1...AuditContent.newestForm).contains(entry.form) else { throw .unknownForm(entry.number) }
    guard content.digest(form: entry.form) == digest else { throw .changed(entry.number) }
    guard previous == last.digest else { throw .notFollowing(entry.number) }
    last = AuditLink(number: entry.number, digest: digest)
    try check(last)
  }

  /// Checks that the log ends at its newest signed head.
  package func finish() throws(Fault) {
    guard let head = kept.keys.max() else { return }
    guard last.number >= head else { throw .cut(last: last.number, head: head) }
    guard last.number == head else { throw .afterHead(last.number, head: head) }
  }

  private func check(_ link: AuditLink) throws(Fault) {
    if let head = kept[link.number], head.link != link { throw .notTheHead(link.number) }
  }
}

extension AuditProof.Fault {
  package var text: String {
    switch self {
    case .changed(let number): "entry \(number) was changed: it does not have its digest"
    case .notFollowing(let number): "entry \(number) does not follow entry \(number - 1): one of the two was replaced"
    case .missing(let from, let to) where from == to: "entry \(from) is missing"
    case .missing(let from, let to): "entries \(from) to \(to) are missing"
    case .outOfOrder(let number, let expected): "entry \(number) was inserted or moved: entry \(expected) is expected"
    case .cut(let last, let head):
      "the log ends at entry \(last), and a signed head is entry \(head): its end was cut, or it is older than that head"
    case .afterHead(let last, let head):
      "the entries \(head + 1) to \(last) are after the signed head, which does not cover them"
    case .notTheHead(let number): "entry \(number) is not the entry of a signed head: the log was written again"
    case .otherWorkspace(let ours, let theirs): "the log is of workspace \(ours), and a head of workspace \(theirs)"
    case .unknownForm(let number): "entry \(number) has a form of a later version"
    }
  }
}
