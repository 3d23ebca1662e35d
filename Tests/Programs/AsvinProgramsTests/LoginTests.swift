import AsvinFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@testable import AsvinPrograms

@Suite("Logins, and commands that were mistyped", .usesScratch)
struct LoginTests {
  private static func platform() throws -> CannedPlatform {
    try CannedPlatform([
      "GET /manage/me": #"{"name":"build","role":"publisher","workspace":1,"id":1,"created":1}"#,
      "GET /manage/rollouts": #"{"items":[]}"#,
    ])
  }

  @Test func `The platform of the last login is the default, and logout forgets it`() throws {
    let (first, second) = (try Self.platform(), try Self.platform())
    defer {
      first.end()
      second.end()
    }
    try Scratch.with { scratch in
      let home = "HOME='\(scratch.folder)'"
      for platform in [first, second] {
        let login = try ProgramRun("login \(platform.option)", in: scratch, variables: "\(home) ASVIN_PACK_TOKEN=t")
        try #require(login.exitCode == 0, "\(login.errors)")
      }
      let list = try ProgramRun("rollout list", in: scratch, variables: home)
      #expect(list.exitCode == 0, "\(list.errors)")
      // A token in the environment is not sent to a platform that another login has remembered.
      let foreign = try ProgramRun("rollout list", in: scratch, variables: "\(home) ASVIN_PACK_TOKEN=t")
      #expect(foreign.exitCode == 64 && foreign.errors.contains("no platform is given"), "\(foreign.errors)")
      let file = ".config/asvin-pack/platforms.json"
      #expect(try scratch.permissions(file) == 0o600)
      let address = String(second.option.dropFirst("--to ".count))
      #expect(String(decoding: try scratch.read(file), as: UTF8.self).contains("\"standard\" : \"\(address)\""))
      let logout = try ProgramRun("logout", in: scratch, variables: home)
      #expect(logout.exitCode == 0 && logout.text.contains("logged out of \(address)"), "\(logout.errors)")
      let gone = try ProgramRun("rollout list \(second.option)", in: scratch, variables: home)
      #expect(gone.exitCode == 77 && gone.errors.contains("asvin-pack login"), "\(gone.errors)")
      // No other platform becomes the default by itself, and its token stays.
      let other = try ProgramRun("rollout list \(first.option)", in: scratch, variables: home)
      #expect(other.exitCode == 0, "\(other.errors)")
      let none = try ProgramRun("rollout list", in: scratch, variables: home)
      #expect(none.exitCode == 64 && none.errors.contains("no platform is given"), "\(none.errors)")
    }
  }

  @Test func `The certificates of a login are remembered`() throws {
    try Scratch.with { scratch in
      let server = try PlatformProcess(
        "--certificate \(ConnectionTests.certificates)-valid.pem --certificate-key \(ConnectionTests.certificates)-key.pem",
        in: scratch)
      defer { server.end() }
      let workspace = try ProgramRun("workspace create ours --data data --json", in: scratch, program: "asvin-platform")
      try #require(workspace.exitCode == 0, "\(workspace.errors)")
      struct Created: Decodable { let token: String }
      let token = try workspace.json(Created.self).token
      let home = "HOME='\(scratch.folder)'"
      let login = try ProgramRun(
        "login --to \(server.address) --ca \(ConnectionTests.certificates)-authority.pem", in: scratch,
        variables: "\(home) ASVIN_PACK_TOKEN=\(token)")
      try #require(login.exitCode == 0, "\(login.errors)")
      let list = try ProgramRun("rollout list", in: scratch, variables: home)
      #expect(list.exitCode == 0, "\(list.errors)")
    }
  }

  @Test func `Firmware that is not signed is not published, and --sign signs it first`() throws {
    try Bench.with { scratch in
      let plain = try ProgramRun("publish blink.bin --group g --to dir:releases", in: scratch)
      #expect(
        plain.exitCode == 65 && plain.errors.contains("sign it first: asvin-pack sign blink.bin"), "\(plain.errors)")
      let wrong = try ProgramRun(
        "publish blink.bin --group g --to dir:releases --sign ed25519.pem --trust ecdsa-p256.pub.pem", in: scratch)
      #expect(wrong.exitCode == 65, "\(wrong.errors)")
      #expect(try scratch.files().allSatisfy { !$0.hasSuffix(".asvin") })
      let signed = try ProgramRun(
        "publish blink.bin --group g --to dir:releases --sign ed25519.pem --trust ed25519.pub.pem", in: scratch)
      #expect(signed.exitCode == 0 && signed.errors.contains("signed blink.bin as "), "\(signed.errors)")
      #expect(try scratch.files().contains { $0.hasPrefix("releases/objects/sha256/") })
      #expect(try scratch.files().filter { $0.hasSuffix(".asvin") }.count == 1)
    }
  }

  @Test(
    arguments: [
      ("asvin-pack", "sgin blink.bin", "sign"), ("asvin-pack", "rollout strat x", "start"),
      ("asvin-pack", "pubilsh x", "publish"), ("asvin-platform", "serv", "serve"),
      ("asvin-platform", "bakcup x", "backup"),
      ("asvin-device", "enroll", "enrol"), ("asvin-pack", "frobnicate", nil),
    ] as [(String, String, String?)])
  func `A command that does not exist is a usage error with the nearest name`(
    program: String, arguments: String, nearest: String?
  ) throws {
    try Scratch.with { scratch in
      let run = try ProgramRun(arguments, in: scratch, program: program)
      let hint = nearest.map { "did you mean '\($0)'?" } ?? "choose one of: init"
      #expect(
        run.exitCode == 64 && run.errors.contains("does not have a command '") && run.errors.contains(hint),
        "\(run.errors)")
    }
  }

  @Test func `The nearest name needs few changes`() {
    let names = ["sign", "verify", "extract"]
    #expect(NearestName.find("sgin", among: names) == "sign")
    #expect(NearestName.find("verfy", among: names) == "verify")
    #expect(NearestName.find("xtrct", among: names) == "extract")
    #expect(NearestName.find("keygen", among: names) == nil)
    #expect(NearestName.find(String(repeating: "x", count: 10_000), among: names) == nil)
    #expect(NearestName.find("sign", among: []) == nil)
  }
}
