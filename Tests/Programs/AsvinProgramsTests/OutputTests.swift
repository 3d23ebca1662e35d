import AsvinFixtures
import Glibc
import Testing

@Suite("Output that cannot be written", .usesScratch)
struct OutputTests {
  static let calls = [
    "inspect blink.bin", "inspect blink.bin --json", "sign blink.bin -o x", "sign blink.bin -o x --json",
    "sign blink.bin -o -", "verify blink-1.0.0.asvin --trust ed25519.pub.pem", "lint blink.bin",
    "lint blink.bin --json",
    "extract blink-1.0.0.asvin --trust ed25519.pub.pem -o -", "extract blink-1.0.0.asvin --trust ed25519.pub.pem -o x",
    "delta blink.bin blink-1.0.0.asvin -o -", "keygen -o new.pem", "pub ed25519.pem", "pub ed25519.pem -o -",
    "export blink-1.0.0.asvin --trust ed25519.pub.pem --envelope - --stream x",
    "export blink-1.0.0.asvin --trust ed25519.pub.pem --envelope x --stream -", "pub ed25519.pem --format raw -o -",
    "device-header --trust ed25519.pub.pem -o -", "init --force",
    "publish blink-1.0.0.asvin --group g --to dir:r --trust ed25519.pub.pem", "--help", "help",
    "help sign", "sign --help", "--version", "help --json", "--generate-completion-script bash", "rollout --help",
  ]

  @Test(
    arguments: calls,
    [">/dev/full", ">&-", "| true"])
  func `Every command exits with 73 for a full disk, a closed stream or a closed pipe`(
    arguments: String, redirection: String
  ) throws {
    try Bench.with { scratch in
      #expect(try ProgramRun("sign blink.bin --quiet", in: scratch).exitCode == 0)
      // A reader that has gone: the program starts when the pipe has no reader any more.
      let isPipe = redirection == "| true"
      let run = try ProgramRun(
        arguments, in: scratch, before: isPipe ? "(sleep 0.3;" : "",
        redirections: isPipe ? "; echo $? >rc) | true; exec sh -c \"sleep 0.1; exit $(cat rc)\"" : redirection)
      #expect(run.exitCode == 73, "\(run.errors)")
      #expect(run.errors.contains("asvin-pack: error: cannot write"), "\(run.errors)")
    }
  }

  @Test(
    arguments: [
      ("asvin-platform", "--help"), ("asvin-platform", "workspace create w --data d"),
      ("asvin-platform", "workspace create w --data d --json"), ("asvin-device", "--help"),
      ("asvin-device", "run --help"),
    ], [">/dev/full", ">&-"])
  func `The other programs report it too`(call: (program: String, arguments: String), redirection: String) throws {
    try Scratch.with { scratch in
      let run = try ProgramRun(call.arguments, in: scratch, program: call.program, redirections: redirection)
      #expect(run.exitCode == 73 && run.errors.contains("cannot write"), "\(run.errors)")
    }
  }

  @Test func `With standard output closed, a report never gets into a file that took its number`() throws {
    try Bench.with { scratch in
      let signed = try ProgramRun("sign blink.bin -o a --quiet", in: scratch)
      #expect(signed.exitCode == 0)
      #expect(try ProgramRun("sign blink.bin -o b", in: scratch, redirections: ">&-").exitCode == 73)
      #expect(try ProgramRun("sign blink.bin -o c", in: scratch, redirections: "<&- 2>&-").exitCode == 0)
      #expect(try scratch.read("a") == scratch.read("b"))
      #expect(try scratch.read("a") == scratch.read("c"))
    }
  }

  @Test func `A limit on the length of files is an error, and no signal`() throws {
    try Bench.with { scratch in
      let run = try ProgramRun("sign blink.bin -o x", in: scratch, before: "ulimit -f 1;")
      #expect(run.exitCode == 73 && run.errors.contains("file too large"), "\(run.errors)")
      #expect(try !scratch.files().contains { $0.hasSuffix("x") || $0.hasPrefix(".x") })
    }
  }
}
