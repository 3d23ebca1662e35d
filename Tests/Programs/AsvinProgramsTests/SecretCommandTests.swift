import AsvinFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Commands for tokens, keys and accounts", .usesScratch) struct SecretCommandTests {
  private static func platform(_ arguments: String, in scratch: Scratch, variables: String = "") throws -> ProgramRun {
    try ProgramRun("\(arguments) --data d", in: scratch, program: "asvin-platform", variables: variables)
  }

  @Test func `A token is made, listed and revoked on the server's machine`() throws {
    try Scratch.with { scratch in
      let missing = try Self.platform("token list", in: scratch)
      #expect(missing.exitCode == 66 && missing.errors.contains("hint: "))
      #expect(try Self.platform("workspace create ours", in: scratch).exitCode == 0)
      let made = try Self.platform("token create recovery --days 2 -o token.txt", in: scratch)
      #expect(made.exitCode == 0 && !made.text.contains("asvin_"), "\(made.errors)")
      let secret = String(decoding: try scratch.read("token.txt"), as: UTF8.self)
      #expect(secret.hasPrefix("asvin_") && secret.hasSuffix("\n"))
      let mode = try FileManager.default.attributesOfItem(atPath: scratch.path("token.txt"))[.posixPermissions]
      #expect(mode as? Int == 0o600)
      let again = try Self.platform("token create other -o token.txt", in: scratch)
      #expect(again.exitCode != 0, "an existing file is not replaced")
      let list = try Self.platform("token list", in: scratch).text
      #expect(
        list.contains("1  admin  admin  does not expire  never used") && list.contains("2  recovery  admin  expires"))
      #expect(!list.contains("other"), "no token was made that could not be written down")
      let taken = try Self.platform("token create recovery", in: scratch)
      #expect(taken.exitCode == 1 && taken.errors.contains("hint: "))
      #expect(try Self.platform("token revoke 2", in: scratch).exitCode == 0)
      #expect(try Self.platform("token revoke 2", in: scratch).exitCode == 66)
    }
  }

  @Test func `A rotation shows both customer keys, and the old one can be ended`() throws {
    struct Report: Decodable {
      struct Old: Decodable { let customerKey: String }
      let customerKey: String
      let oldKeys: [Old]
    }
    try Scratch.with { scratch in
      let first = try Self.platform("workspace create ours --json", in: scratch).json(Report.self)
      let second = try Self.platform("workspace rotate ours --json", in: scratch).json(Report.self)
      #expect(second.customerKey != first.customerKey && second.oldKeys.map(\.customerKey) == [first.customerKey])
      let back = try Self.platform(
        "workspace rotate ours --customer-key-file env://KEY", in: scratch, variables: "KEY=\(first.customerKey)")
      #expect(back.exitCode == 1 && back.errors.contains("hint: "), "\(back.errors)")
      let ended = try Self.platform("workspace end-old-keys ours", in: scratch)
      #expect(ended.text.hasPrefix("ended 1 old customer key of"))
      let shown = try Self.platform("workspace show ours --json", in: scratch).json(Report.self)
      #expect(shown.oldKeys.isEmpty && shown.customerKey == second.customerKey)
    }
  }

  @Test func `An account is created, changed, listed and removed`() throws {
    try Scratch.with { scratch in
      _ = try Self.platform("workspace create ours", in: scratch)
      let password = "ASVIN_PASSWORD=long-enough-1"
      #expect(try Self.platform("account password a@b.example", in: scratch, variables: password).exitCode == 66)
      #expect(try Self.platform("account create a@b.example", in: scratch).exitCode == 64)
      #expect(try Self.platform("account create A@b.example", in: scratch, variables: password).exitCode == 0)
      #expect(try Self.platform("account create a@b.example", in: scratch, variables: password).exitCode == 1)
      #expect(try Self.platform("account password a@b.example", in: scratch, variables: password).exitCode == 0)
      #expect(try Self.platform("account list", in: scratch).text == "a@b.example\n")
      #expect(try Self.platform("account remove a@b.example", in: scratch).exitCode == 0)
      #expect(try Self.platform("account list", in: scratch).text.isEmpty)
      _ = try Self.platform("workspace create theirs", in: scratch)
      let several = try Self.platform("account list", in: scratch)
      #expect(several.exitCode == 64 && several.errors.contains("--workspace"))
      #expect(try Self.platform("account list --workspace theirs", in: scratch).exitCode == 0)
    }
  }

  @Test func `Tokens are created, listed and revoked through the platform`() throws {
    try Scratch.with { scratch in
      let token = TokenReply(id: 2, name: "ci", role: .publisher, created: 0, expires: 86_400, used: 3600)
      var made = token
      made.token = "asvin_secret"
      let platform = try CannedPlatform([
        "GET /manage/tokens": CannedPlatform.json(TokenList(items: [token])),
        "POST /manage/tokens": CannedPlatform.json(made),
        "DELETE /manage/tokens/2": "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
      ])
      defer { platform.end() }
      func run(_ arguments: String) throws -> ProgramRun {
        try ProgramRun("token \(arguments) \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN=x")
      }
      let list = try run("list").text
      #expect(list.contains("1970-01-02T00:00:00Z  1970-01-01T01:00:00Z"), "\(list)")
      #expect(try run("create ci --role publisher").text.hasSuffix("\nasvin_secret\n"))
      let quiet = try run("create ci --role publisher -o t --json").text
      #expect(!quiet.contains("asvin_secret"))
      #expect(try scratch.read("t") == Array("asvin_secret\n".utf8))
      #expect(try run("create ci --role king").exitCode == 64)
      #expect(try run("revoke nobody").exitCode == 66)
      #expect(try run("revoke ci").exitCode == 0)
      #expect(platform.changes.last == "DELETE /manage/tokens/2")
    }
  }

  @Test func `Enrolment tokens are created, listed and revoked, and a device is given one`() throws {
    try Scratch.with { scratch in
      let token = EnrolmentTokenReply(
        id: 2, name: "batch", handle: "enrol-1", created: 0, expires: 86_400, limit: 9, uses: 3, group: 4)
      var made = token
      (made.token, made.proofKey) = ("asvin_secret", "a-proof-key")
      let platform = try CannedPlatform([
        "GET /manage/enrolment-tokens": CannedPlatform.json(EnrolmentTokenList(items: [token])),
        "GET /manage/device-groups": CannedPlatform.json(
          DeviceGroupList(items: [DeviceGroupReply(id: 4, name: "kitchen", members: 1)])),
        "GET /manage/devices": CannedPlatform.json(
          DeviceList(items: [CannedPlatform.device(7, "gw-1", label: "gateway")])),
        "POST /manage/enrolment-tokens": CannedPlatform.json(made),
        "POST /manage/devices/7/rekey": CannedPlatform.json(made),
        "DELETE /manage/enrolment-tokens/2": "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
      ])
      defer { platform.end() }
      func run(_ arguments: String) throws -> ProgramRun {
        try ProgramRun("\(arguments) \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN=x")
      }
      let list = try run("enrolment-token list").text
      #expect(list.contains("2   batch  3        9      kitchen  1970"), "\(list)")
      let text = try run("enrolment-token create batch --group kitchen --uses 9").text
      #expect(text.contains("\nasvin_secret\n") && text.contains("a-proof-key\n") && text.hasSuffix("enrol-1\n"))
      let quiet = try run("device rekey gw-1 -o t --json").text
      #expect(!quiet.contains("asvin_secret") && !quiet.contains("a-proof-key"), "\(quiet)")
      #expect(try scratch.read("t") == Array("asvin_secret\n".utf8))
      #expect(try run("enrolment-token create batch --group nowhere").exitCode == 66)
      #expect(try run("enrolment-token revoke batch").exitCode == 0)
      #expect(platform.changes.last == "DELETE /manage/enrolment-tokens/2")
    }
  }

  @Test func `A workspace switches asvin's clients and enrolment with the customer key off`() throws {
    try Scratch.with { scratch in
      _ = try Self.platform("workspace create ours", in: scratch)
      #expect(try Self.platform("workspace set ours", in: scratch).exitCode == 64)
      #expect(try Self.platform("workspace set ours --asvin-clients maybe", in: scratch).exitCode == 64)
      let off = try Self.platform("workspace set ours --asvin-clients off", in: scratch).text
      #expect(off == "workspace 1: asvin-clients off, customer-key-enrolment on, approval off\n")
      let both = try Self.platform("workspace set ours --customer-key-enrolment off", in: scratch).text
      #expect(both == "workspace 1: asvin-clients off, customer-key-enrolment off, approval off\n")
    }
  }
}
