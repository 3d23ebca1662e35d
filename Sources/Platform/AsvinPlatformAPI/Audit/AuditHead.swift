package import AsvinCrypto
import AsvinManifest

/// A signed statement that the audit log of a workspace had an entry at a time, as its last entry or as the last one that was
/// removed because of its age.
package struct AuditHead: Equatable, Sendable {
  /// What the entry was.
  package enum Kind: String, Sendable {
    case head = "asvin-audit-head"
    case base = "asvin-audit-base"
  }

  package let workspace: Int64
  package let link: AuditLink
  /// Seconds since 1970, UTC.
  package let time: Int64

  /// Verifies a signed head.
  package init(_ text: String, _ kind: Kind, signedBy key: RSAPublicKey) throws(SignedStatement.Fault) {
    let statement = try SignedStatement(text, kind: kind.rawValue, signedBy: key)
    guard let workspace = statement.number("workspace"), let number = statement.number("number"),
      let time = statement.number("iat"), let digest = statement.text("digest").flatMap({ Digest(hexadecimal: $0) })
    else { throw .notAStatement }
    (self.workspace, self.time) = (workspace, time)
    link = AuditLink(number: number, digest: digest)
  }
}
