package import AsvinCrypto
package import AsvinHost
package import AsvinPlatformAPI
import FoundationEssentials

/// An audit log in a file: JSON lines. The first line names the workspace and the signed base, then each line is an entry,
/// and the last line is the signed head.
package struct AuditFile: Sendable {
  package let workspace: Int64
  package let entries: [AuditEntryReply]
  package let head: AuditHeadReply

  private struct First: Codable {
    let format: String
    let version: Int
    let workspace: Int64
    let base: String?
  }

  private struct Last: Codable { let head: String }

  private static let format = "asvin-audit-log"

  /// Bytes of a line. An entry has at most some hundred details.
  private static let lineBytes = 1 << 20

  package init(workspace: Int64, entries: [AuditEntryReply], head: AuditHeadReply) {
    (self.workspace, self.entries, self.head) = (workspace, entries, head)
  }

  /// The content of the file.
  package var bytes: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var bytes = [UInt8](
        try encoder.encode(First(format: Self.format, version: 1, workspace: workspace, base: head.base)))
      for entry in entries { bytes += [0x0A] + [UInt8](try encoder.encode(entry)) }
      return bytes + [0x0A] + [UInt8](try encoder.encode(Last(head: head.head))) + [0x0A]
    }
  }

  /// The result of a check.
  package struct Verdict: Encodable, Equatable, Sendable {
    package let workspace: Int64
    package var first: Int64
    package var last: Int64
    /// When the head in the file was signed.
    package var signed: Int64
    /// The kept heads that the log contains.
    package var heads: Int
    /// The kept heads of entries that were removed because of their age.
    package var tooOld: Int
  }

  /// Checks a file against the platform's key, its own head, and heads that were kept elsewhere.
  ///
  /// - Parameters:
  ///   - key: the key of `GET /manage/receipt-key`.
  ///   - kept: the kept heads.
  /// - Throws: ``Failure`` that names the entry.
  package static func check(
    _ source: any ByteSource, named name: String, key: RSAPublicKey, kept: [String]
  ) throws -> Verdict {
    // The head is the last line, and the check of the entries needs it first.
    let tail = try source.read(
      at: source.size - min(source.size, UInt64(PlatformLimit.statementBytes + 64)), count: Int.max >> 1)
    let end = tail.split(separator: 0x0A).last.map { Data($0) } ?? Data()
    guard let last = try? JSONDecoder().decode(Last.self, from: end) else {  // another line is not a head
      throw Failure(
        .rejected, "'\(name)' does not end with a signed head: its end was cut, or it is not an exported audit log",
        hint: "export the log again with asvin-pack audit export")
    }
    let own = try head(last.head, .head, key, of: name)
    let heads = try kept.map { try head($0, .head, key, of: "a kept head") }
    var check: AuditProof?
    var verdict: Verdict?
    var line: [UInt8] = []
    func add(_ line: [UInt8]) throws {
      guard var proof = check else {
        guard let first = try? JSONDecoder().decode(First.self, from: Data(line)),  // another line is not the first
          first.format == format, first.version == 1
        else { throw Failure(.rejected, "'\(name)' is not an exported audit log") }
        let base = try first.base.map { try head($0, .base, key, of: name) }
        check = try AuditProof(workspace: first.workspace, base: base, heads: [own] + heads)
        let start = base?.link.number ?? 0
        verdict = Verdict(
          workspace: first.workspace, first: start + 1, last: start, signed: own.time,
          heads: heads.count { $0.link.number >= start }, tooOld: heads.count { $0.link.number < start })
        return
      }
      if line == [UInt8](end) { return }
      guard let entry = try? JSONDecoder().decode(AuditEntryReply.self, from: Data(line)) else {  // named below
        throw Failure(.rejected, "'\(name)': the line after entry \(proof.last.number) is not an entry")
      }
      try proof.add(entry)
      check = proof
    }
    do {
      try source.forEachPiece { piece in
        for byte in piece {
          if byte == 0x0A {
            try add(line)
            line.removeAll(keepingCapacity: true)
          } else {
            line.append(byte)
            guard line.count <= lineBytes else { throw Failure(.rejected, "'\(name)' has a line that is too long") }
          }
        }
      }
      if !line.isEmpty { try add(line) }
      try check?.finish()
    } catch let fault as AuditProof.Fault {
      throw Failure(.rejected, "'\(name)': \(fault.text)", hint: "compare the log with an earlier export")
    }
    guard let check, var verdict else { throw Failure(.rejected, "'\(name)' is empty") }
    verdict.last = check.last.number
    return verdict
  }

  private static func head(
    _ text: String, _ kind: AuditHead.Kind, _ key: RSAPublicKey, of name: String
  ) throws -> AuditHead {
    do throws(SignedStatement.Fault) {
      return try AuditHead(text, kind, signedBy: key)
    } catch {
      throw Failure(fault: error, of: name, kind.rawValue)
    }
  }
}

extension Failure {
  /// Describes a statement that the key did not sign.
  package init(fault: SignedStatement.Fault, of name: String, _ kind: String) {
    switch fault {
    case .notAStatement: self.init(.rejected, "\(name): this is not a signed \(kind)")
    case .badSignature:
      self.init(
        .rejected, "\(name): the key did not sign the \(kind), or it was changed",
        hint: "give the key of that platform: asvin-pack receipt key --to ADDRESS")
    case .otherKind(let other): self.init(.rejected, "\(name): this is a signed \(other), not a signed \(kind)")
    }
  }
}
