import AsvinCrypto
import AsvinFixtures
import AsvinHost
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPlatformFixtures
import FoundationEssentials
import Testing

@Suite("Exported audit logs", .usesScratch) struct AuditFileTests {
  /// An exported log of five entries with the platform's key, and heads that were kept after the third and the fifth.
  private struct Exported {
    let lines: [String]
    let key: RSAPublicKey
    let heads: [String]

    init(_ platform: PlatformUnderTest) async throws {
      let admin = try await platform.access(.admin)
      func head() async throws -> AuditHeadReply {
        try await platform.call("GET", "/manage/audit/head", admin).message()
      }
      var heads: [String] = []
      for number in 1...5 {
        let reply = try await platform.call(
          "POST", "/manage/device-groups", admin, DeviceGroupRequest(name: "group \(number)"))
        try #require(reply.status == 201)
        if number == 3 { heads.append(try await head().head) }
      }
      let last = try await head()
      heads.append(last.head)
      let list = try await platform.call("GET", "/manage/audit", admin).message(AuditList.self)
      let file = AuditFile(workspace: platform.workspace.id.value, entries: list.items, head: last)
      lines = String(decoding: try file.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      key = try RSAPublicKey(pem: try await platform.call("GET", "/manage/receipt-key", admin).body)
      self.heads = heads
    }

    func check(_ lines: [String], kept: [String] = []) throws -> AuditFile.Verdict {
      try AuditFile.check(Array((lines.joined(separator: "\n") + "\n").utf8), named: "log", key: key, kept: kept)
    }

    /// Returns the message of the failure of a changed file.
    func fault(_ kept: [String] = [], _ change: (inout [String]) -> Void) -> String {
      var changed = lines
      change(&changed)
      do {
        return "intact, \(try check(changed, kept: kept).last)"
      } catch let failure as Failure {
        return failure.message
      } catch {
        return "\(error)"
      }
    }
  }

  @Test func `A log that was exported is intact and contains the kept heads`() async throws {
    try await PlatformUnderTest.run { platform in
      let log = try await Exported(platform)
      let verdict = try log.check(log.lines, kept: log.heads)
      #expect(verdict.first == 1 && verdict.last == 5 && verdict.heads == 2 && verdict.tooOld == 0)
    }
  }

  @Test func `A changed, removed, inserted, moved or cut entry is named`() async throws {
    try await PlatformUnderTest.run { platform in
      let log = try await Exported(platform)
      // Line 0 is the first line, and line n is entry n.
      #expect(
        log.fault { $0[2] = $0[2].replacing("group 2", with: "group 7") }
          == "'log': entry 2 was changed: it does not have its digest")
      #expect(log.fault { $0.remove(at: 3) } == "'log': entry 3 is missing")
      #expect(log.fault { $0.removeSubrange(2...3) } == "'log': entries 2 to 3 are missing")
      #expect(log.fault { $0.swapAt(2, 3) } == "'log': entry 2 is missing")
      #expect(log.fault { $0.insert($0[2], at: 4) } == "'log': entry 2 was inserted or moved: entry 4 is expected")
      #expect(log.fault { $0.remove(at: 5) }.hasPrefix("'log': the log ends at entry 4, and a signed head is entry 5"))
      #expect(log.fault { $0.removeLast() }.contains("does not end with a signed head"))
      #expect(log.fault { $0[0] = $0[0].replacing("\"workspace\":1", with: "\"workspace\":2") }.contains("workspace 2"))
      #expect(log.fault { $0[6] = $0[6].replacing("}", with: ".}") }.contains("signed head"))
      // An older head in place of the newest: only a kept head shows the cut.
      let old = "{\"head\":\"\(log.heads[0])\"}"
      func cut(_ lines: inout [String]) {
        lines.removeSubrange(4...6)
        lines.append(old)
      }
      #expect(log.fault([], cut) == "intact, 3")
      #expect(log.fault(log.heads, cut).hasPrefix("'log': the log ends at entry 3, and a signed head is entry 5"))
    }
  }

  @Test func `A log that was written again does not contain a kept head`() async throws {
    try await PlatformUnderTest.run { platform in
      let log = try await Exported(platform)
      // The writer of the file has changed an entry and has computed all digests again. It does not have the platform's key.
      var lines = log.lines
      var previous: String?
      for index in 1...5 {
        var entry = try JSONDecoder().decode(AuditEntryReply.self, from: Data(lines[index].utf8))
        if index == 2 { entry.actor = "another" }
        if let previous { entry.previous = previous }
        let content = AuditContent(
          workspace: platform.workspace.id.value, number: entry.number, time: entry.time, actor: entry.actor,
          token: entry.token, address: entry.address, action: entry.action, subject: entry.subject,
          details: entry.details, previous: try #require(.init(hexadecimal: entry.previous)))
        entry.digest = try #require(content.digest(form: entry.form)).hexadecimal
        previous = entry.digest
        lines[index] = String(decoding: try JSONEncoder().encode(entry), as: UTF8.self)
      }
      let forged = lines
      #expect(
        log.fault { $0 = forged } == "'log': entry 5 is not the entry of a signed head: the log was written again")
      #expect(log.fault([log.heads[0]]) { $0 = forged }.contains("entry 3 is not the entry of a signed head"))
    }
  }

  @Test func `A statement of another kind, of another key or with another algorithm is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let log = try await Exported(platform)
      let head = log.heads[1]
      #expect(throws: SignedStatement.Fault.otherKind("asvin-audit-head")) {
        try SignedStatement(head, kind: "asvin-receipt", signedBy: log.key)
      }
      let parts = head.split(separator: ".").map(String.init)
      func fault(_ text: String) -> SignedStatement.Fault? {
        do throws(SignedStatement.Fault) {
          _ = try SignedStatement(text, kind: "asvin-audit-head", signedBy: log.key)
          return nil
        } catch {
          return error
        }
      }
      #expect(fault(head) == nil)
      let none = Data(#"{"alg":"none","typ":"JWT"}"#.utf8).base64EncodedString().filter { $0 != "=" }
      for text in [
        "\(none).\(parts[1]).\(parts[2])", "\(none).\(parts[1]).", "\(parts[0]).\(parts[1])x.\(parts[2])", "\(head)=",
        "\(parts[0]).\(parts[1])", "", head + ".", String(head.dropLast(3)),
      ] { #expect(fault(text) != nil, "\(text)") }
      let other = try RSAPublicKey(pem: Array(try Shared.projectText("Keys/TEST-ONLY-ed25519.pub.pem").utf8))
      #expect(throws: SignedStatement.Fault.badSignature) {
        try SignedStatement(head, kind: "asvin-audit-head", signedBy: other)
      }
    }
  }
}
