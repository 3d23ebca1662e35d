import AsvinFixtures
import FoundationEssentials
import Glibc
import Testing

@Suite("Obstacles between the program and a platform", .usesScratch)
struct ConnectionTests {
  @Test(
    arguments: [
      ("https://updates.example.com/manage/me", "--to https://updates.example.com"),
      ("https://login.example.com/", "proxy"),
      ("/elsewhere", "proxy"),
    ], [301, 302, 307, 308])
  func `A redirect names its target, and is not followed`(target: (location: String, hint: String), status: Int) throws
  {
    let platform = try CannedPlatform([
      "GET /manage/me":
        "HTTP/1.1 \(status) Moved\r\nLocation: \(target.location)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ])
    defer { platform.end() }
    try Scratch.with { scratch in
      let run = try ProgramRun(
        "login \(platform.option)", in: scratch, variables: "HOME='\(scratch.folder)' ASVIN_PACK_TOKEN=t")
      #expect(
        run.exitCode == 1 && run.errors.contains("redirects to") && run.errors.contains(target.location),
        "\(run.errors)")
      #expect(run.errors.contains(target.hint), "\(run.errors)")
      #expect(try scratch.files().isEmpty)
    }
  }

  @Test func `A token in a variable may end with a line, and must be a token`() throws {
    let platform = try CannedPlatform(["GET /manage/rollouts": "{\"items\":[]}"])
    defer { platform.end() }
    try Scratch.with { scratch in
      let good = try ProgramRun("rollout list \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN=' abc\n'")
      #expect(good.exitCode == 0, "\(good.errors)")
      let bad = try ProgramRun("rollout list \(platform.option)", in: scratch, variables: "ASVIN_PACK_TOKEN='a b'")
      #expect(bad.exitCode == 64 && bad.errors.contains("ASVIN_PACK_TOKEN"))
    }
  }

  static let certificates = "\(Shared.projectFolder)/Tests/Programs/AsvinProgramsTests/Certificates/TEST-ONLY"

  @Test(
    arguments: [
      ("expired", true, "expired on 2001-01-01", "renew"), ("future", true, "not valid before 2090-01-01", "clock"),
      ("valid", false, "unknown authority", "--ca"), ("expired", false, "expired on 2001-01-01", "renew"),
      ("valid", true, nil, ""),
    ] as [(String, Bool, String?, String)])
  func `An expired certificate, one that is not yet valid and an unknown authority are three messages`(
    name: String, isKnown: Bool, words: String?, hint: String
  ) throws {
    try Scratch.with { scratch in
      let server = try PlatformProcess(
        "--certificate \(Self.certificates)-\(name).pem --certificate-key \(Self.certificates)-key.pem", in: scratch)
      defer { server.end() }
      let authority = isKnown ? "--ca \(Self.certificates)-authority.pem" : ""
      let run = try ProgramRun(
        "rollout list --to \(server.address) \(authority)", in: scratch, variables: "ASVIN_PACK_TOKEN=t")
      guard let words else {
        // The certificate is valid, the token is not.
        #expect(run.exitCode == 77, "\(run.errors)")
        return
      }
      #expect(run.exitCode == 69 && run.errors.contains(words) && run.errors.contains(hint), "\(run.errors)")
    }
  }
}

/// A platform in a process of its own.
struct PlatformProcess {
  let address: String
  private let process: pid_t

  init(_ options: String, in scratch: Scratch, variables: String = "") throws {
    let (log, pid) = (scratch.path("log"), scratch.path("pid"))
    let call =
      "\(variables) '\(ProgramRun.folder)/asvin-platform' serve --port 0 --data '\(scratch.path("data"))' \(options)"
    try #require(unsafe system("\(call) >'\(log)' 2>&1 </dev/null & echo $! >'\(pid)'") == 0)
    var text = ""
    for _ in 0..<300 where !text.contains("listening on ") || !text.contains("\n") {
      usleep(50_000)
      text = String(decoding: try scratch.read("log"), as: UTF8.self)
    }
    process = try #require(pid_t(String(decoding: try scratch.read("pid"), as: UTF8.self).filter(\.isNumber)))
    let line = try #require(text.split(separator: "\n").first { $0.contains("listening on ") }, "\(text)")
    address = String(try #require(line.split(separator: " ").last))
  }

  /// Sends SIGHUP.
  func hangUp() { kill(process, SIGHUP) }

  var isRunning: Bool { kill(process, 0) == 0 }

  func end() {
    kill(process, SIGTERM)
    // Its folder is taken away after it.
    for _ in 0..<100 where kill(process, 0) == 0 { usleep(50_000) }
  }
}
