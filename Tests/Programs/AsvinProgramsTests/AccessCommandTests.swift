import AsvinFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@testable import asvin_pack

@Suite("Commands for settings, accounts, trusted keys and expected devices", .usesScratch)
struct AccessCommandTests {
  private func run(
    _ arguments: String, _ platform: CannedPlatform, _ scratch: Scratch, _ variables: String = "ASVIN_PACK_TOKEN=t"
  ) throws -> ProgramRun { try ProgramRun("\(arguments) \(platform.option)", in: scratch, variables: variables) }

  @Test func `Settings are shown, and a change names only what it changes`() throws {
    let known = SettingsMessage(asvinClients: true, customerKeyEnrolment: false, approval: false)
    let platform = try CannedPlatform([
      "GET /manage/settings": try CannedPlatform.json(known), "PUT /manage/settings": try CannedPlatform.json(known),
    ])
    defer { platform.end() }
    try Scratch.with { scratch in
      let shown = try run("settings", platform, scratch)
      #expect(shown.exitCode == 0 && shown.text.contains("enrolment with the customer key"), "\(shown.errors)")
      #expect(platform.changes.isEmpty)
      let changed = try run("settings --approval on", platform, scratch)
      #expect(changed.exitCode == 0 && platform.changes == ["PUT /manage/settings"])
      #expect(try run("settings --approval perhaps", platform, scratch).exitCode == 64)
    }
  }

  @Test func `Accounts are created with a password of the environment, listed and removed`() throws {
    let account = AccountReply(email: "a@x.example")
    let platform = try CannedPlatform([
      "POST /manage/accounts": try CannedPlatform.json(account),
      "GET /manage/accounts": try CannedPlatform.json(AccountList(items: [account])),
      "DELETE /manage/accounts": "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    ])
    defer { platform.end() }
    try Scratch.with { scratch in
      let missing = try run("account create a@x.example", platform, scratch)
      #expect(missing.exitCode == 64 && missing.errors.contains("ASVIN_PASSWORD"))
      let variables = "ASVIN_PACK_TOKEN=t ASVIN_PASSWORD=0123456789"
      for verb in ["create", "password"] {
        let made = try run("account \(verb) a@x.example", platform, scratch, variables)
        #expect(made.exitCode == 0 && made.text == "a@x.example\n", "\(made.errors)")
      }
      #expect(try run("account list", platform, scratch).text == "a@x.example\n")
      #expect(try run("account remove a@x.example", platform, scratch).exitCode == 0)
      #expect(platform.changes == ["POST /manage/accounts", "POST /manage/accounts", "DELETE /manage/accounts"])
    }
  }

  private static let keys = ["AAAA", "BBBB"].map { "-----BEGIN PUBLIC KEY-----\n\($0)\n-----END PUBLIC KEY-----\n" }
  private static let digests = keys.map { TrustEnd.digest(of: $0) }

  @Test func `A key is named by its digest or the beginning of one, and an end needs a time of its own`() throws {
    let group = FileGroupReply(id: 1, name: "g", trust: Self.keys, files: 0)
    #expect(try group.key(named: String(Self.digests[0].prefix(8))) == Self.digests[0])
    #expect(throws: (any Error).self) { try group.key(named: "00000000") }
    #expect(throws: (any Error).self, "both keys") { try group.key(named: "") }
    let platform = try CannedPlatform([
      "GET /manage/file-groups": try CannedPlatform.json(FileGroupList(items: [group])),
      "POST /manage/file-groups/1/trust": try CannedPlatform.json(group),
    ])
    defer { platform.end() }
    try Scratch.with { scratch in
      let digest = Self.digests[0]
      for wrong in ["", "--end \(digest)", "--add x --end \(digest) --days 3", "--end \(digest) --days 0"] {
        #expect(try run("file-group trust g \(wrong)", platform, scratch).exitCode == 64, "\(wrong)")
      }
      let ended = try run("file-group trust g --end \(digest) --days 3", platform, scratch)
      #expect(ended.exitCode == 0 && platform.changes == ["POST /manage/file-groups/1/trust"], "\(ended.errors)")
    }
  }

  @Test func `The trusted keys of a file group are shown with their ends`() {
    var group = FileGroupReply(id: 1, name: "g", trust: Self.keys, files: 0)
    group.ends = [TrustEnd(key: Self.digests[1], expires: 86_400)]
    let lines = FileGroupTrustReport(group: group).lines
    #expect(lines[1] == "  trusts \(Self.digests[0]) without end")
    #expect(lines[2] == "  trusted \(Self.digests[1]) until 1970-01-02T00:00:00Z")
    #expect(group.keys(at: Date(timeIntervalSince1970: 86_399)) == Self.keys)
    #expect(group.keys(at: Date(timeIntervalSince1970: 86_400)) == [Self.keys[0]])
  }

  @Test func `A list of expected devices has names, keys and labels, and names the line that it cannot read`() throws {
    let digits = String(repeating: "0a", count: 32)
    let text =
      "\u{FEFF}aa:00\r\n# batch 7\n\n aa:01 , ed25519:\(digits), kitchen, left\r\naa:02,symmetric:\(digits)\naa:03\n"
    let devices = try ExpectedDeviceFile.devices(in: text, of: "list")
    let key = Data(repeating: 10, count: 32)
    #expect(
      devices == [
        ExpectedDeviceRequest(name: "aa:00"),
        ExpectedDeviceRequest(name: "aa:01", publicKey: key, label: "kitchen, left"),
        ExpectedDeviceRequest(name: "aa:02", key: key), ExpectedDeviceRequest(name: "aa:03"),
      ])
    for wrong in [
      "a,\(digits)", "a,rsa:\(digits)", "a,ed25519:\(digits.dropLast())", "a,ed25519:\(digits)x", ",x", "OK",
      "\(String(repeating: "a", count: 129))",
    ] {
      #expect(throws: (any Error).self, "\(wrong)") { try ExpectedDeviceFile.devices(in: "ok\n\(wrong)", of: "list") }
    }
  }

  @Test func `A long list of expected devices is sent in parts`() throws {
    let list = ExpectedDeviceList(items: [ExpectedDeviceReply(id: 1, name: "d", key: .ed25519, group: 1)])
    let platform = try CannedPlatform([
      "GET /manage/device-groups": try CannedPlatform.json(
        DeviceGroupList(items: [DeviceGroupReply(id: 1, name: "field", members: 0)])),
      "POST /manage/expected-devices": try CannedPlatform.json(list),
      "GET /manage/expected-devices": try CannedPlatform.json(list),
      "DELETE /manage/expected-devices/1": "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    ])
    defer { platform.end() }
    try Scratch.with { scratch in
      try scratch.write(Array((0..<130).map { "d\($0)\n" }.joined().utf8), to: "list.csv")
      let made = try run("device expect list.csv --into field", platform, scratch)
      #expect(made.exitCode == 0 && made.text.contains("field"), "\(made.errors)")
      #expect(platform.changes.count == 3)
      #expect(try run("device expected", platform, scratch).text.contains("ed25519"))
      #expect(try run("device unexpect d", platform, scratch).exitCode == 0)
      #expect(platform.changes.last == "DELETE /manage/expected-devices/1")
    }
  }
}
