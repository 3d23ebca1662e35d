import AsvinFixtures
import Glibc
import Testing

@Suite("The arguments of the three programs", .usesScratch)
struct ArgumentTests {
  static let programs = ["asvin-pack", "asvin-platform", "asvin-device"]

  @Test(arguments: [
    ("asvin-pack", ""), ("asvin-pack", "rollout"), ("asvin-pack", "device"), ("asvin-platform", ""),
    ("asvin-platform", "workspace"), ("asvin-device", ""),
  ])
  func `A call without a command shows the usage on standard error and exits with 64`(
    program: String, arguments: String
  ) throws {
    try Scratch.with { scratch in
      let run = try ProgramRun(arguments, in: scratch, program: program)
      #expect(run.exitCode == 64 && run.output.isEmpty, "\(run.text)")
      #expect(run.errors.hasPrefix("\(program): error: ") && run.errors.contains("USAGE: \(program)"), "\(run.errors)")
    }
  }

  @Test(arguments: [
    "sign blink.bin --version 1.2.3", "--version sign blink.bin", "sign blink.bin --version=1.2.3", "lint --version",
  ])
  func `--version beside other arguments is a usage error that names --fw-version`(arguments: String) throws {
    try Bench.with { scratch in
      let before = try scratch.files()
      let run = try ProgramRun(arguments, in: scratch)
      #expect(run.exitCode == 64 && run.output.isEmpty && run.errors.contains("--fw-version"), "\(run.errors)")
      #expect(try scratch.files() == before)
    }
  }

  @Test(arguments: [
    ("asvin-pack", "help sgin"), ("asvin-pack", "help rollout strat"), ("asvin-platform", "help server"),
    ("asvin-device", "help go"),
  ])
  func `Help about a command that does not exist is a usage error`(program: String, arguments: String) throws {
    try Scratch.with { scratch in
      let run = try ProgramRun(arguments, in: scratch, program: program)
      #expect(
        run.exitCode == 64 && run.output.isEmpty && run.errors.contains("does not have a command"), "\(run.errors)")
    }
  }

  @Test(arguments: programs)
  func `--version alone is the version`(program: String) throws {
    try Scratch.with { scratch in
      let run = try ProgramRun("--version", in: scratch, program: program)
      #expect(run.exitCode == 0 && run.text.split(separator: ".").count == 3)
    }
  }

  /// Whether this machine lets a test hide `/proc`.
  static let canHideProc = unsafe system("unshare -m sh -c 'umount -l /proc' 2>/dev/null") == 0

  @Test(.enabled(if: canHideProc, "needs a mount namespace"))
  func `Without /proc, a command does its work or fails, and never does nothing`() throws {
    try Bench.with { scratch in
      let signed = try ProgramRun("sign blink.bin --quiet", in: scratch)
      #expect(signed.exitCode == 0)
      for (arguments, code) in [
        ("verify blink-1.0.0.asvin --trust ed25519.pub.pem", 0),
        ("verify blink-1.0.0.asvin --trust ecdsa-p256.pub.pem", 65),
        ("sign none.bin", 66), ("sign blink.bin -o again.asvin", 0), ("", 64), ("login --to http://127.0.0.1:9", 64),
      ] as [(String, Int32)] {
        #expect(hidden("asvin-pack \(arguments)", in: scratch) == code, "\(arguments)")
      }
      let again = try scratch.read("again.asvin")
      #expect(try again == scratch.read("blink-1.0.0.asvin"))
      #expect(try !scratch.files().contains { $0.hasPrefix(".again") })
      #expect(hidden("asvin-platform workspace list", in: scratch) == 1)
      #expect(hidden("asvin-platform serve --port 0 --data d", in: scratch) == 1)
      #expect(hidden("asvin-device status none", in: scratch) == 1)
      #expect(hidden("asvin-device run none --once", in: scratch) == 1)
      #expect(hidden("asvin-pack delta blink.bin again.asvin -o patch", in: scratch) == 0)
    }
  }

  private func hidden(_ call: String, in scratch: Scratch) -> Int32 {
    let script = "umount -l /proc; cd \"\(scratch.folder)\"; exec \"\(ProgramRun.folder)/\"\(call) </dev/null"
    return unsafe system("unshare -m sh -c '\(script)' >/dev/null 2>&1") >> 8 & 0xFF
  }

  @Test(arguments: [
    "sign blink.bin --sequence 0", "sign blink.bin --sequence=-1", "sign blink.bin --sequence 99999999999999999999",
    "sign blink.bin --created 253402300800", "sign blink.bin --created=-1", "sign blink.bin --lowest-base 16777216",
    "apply blink.bin x -o y --max-size 0", "delta blink.bin blink.bin -o y --in-place --block 0",
    "delta blink.bin blink.bin -o y --in-place --spare 0", "verify x --trust ed25519.pub.pem --threshold 0",
    "verify x --trust ed25519.pub.pem --threshold 2", "verify x --trust ed25519.pub.pem --threshold=-1",
    "rollout create r --group g --file-group f --wave 0", "rollout create r --group g --file-group f --wave 0%",
    "rollout create r --group g --file-group f --wave 101%", "rollout create r --group g --file-group f --wave=-1",
    "rollout create r --group g --file-group f --wave 1e3",
    "rollout create r --group g --file-group f --wave 50% --wave 10%",
    "rollout create r --group g --file-group f --wave 5 --wave 5",
    "rollout create r --group g --file-group f --success 0",
    "rollout create r --group g --file-group f --success 101",
    "rollout create r --group g --file-group f --failures=-1",
    "rollout create r --group g --file-group f --failures 0",
    "rollout create r --group g --file-group f --retries=-1",
    "rollout create r --group g --file-group f --retries 101",
    "rollout create r --group g --file-group f --window 25:00-04:00",
    "rollout create r --group g --file-group f --window 22:00-22:60",
    "rollout create r --group g --file-group f --window 22:00",
    "rollout create r --group g --file-group f --start 2001-01-01T00:00:00Z",
    "rollout create r --group g --file-group f --soak 1w", "rollout create r --group g --file-group f --soak 400d",
    "rollout create r --group g --file-group f --rate 0", "rollout create r --group g --file-group f --rate 99999999G",
    "rollout create r --group g --file-group f --at-once 0", "rollout create r --group g --file-group f --days monday",
    "rollout create r --group g --file-group f --days mon", "rollout create r --group g --file-group f --stalled never",
    "rollout create r --group g --file-group f --window 22:00-04:00 --days mon,,tue",
    "rollout create r --group g --file-group f --failures 5 --no-failure-limit",
    "rollout create r --group g --file-group f --immediately --at-once 5",
    "rollout create r --group g --firmware 0", "rollout create r --group g --firmware=-3",
  ])
  func `A number out of range is a usage error that names the range`(arguments: String) throws {
    try Bench.with { scratch in
      let run = try ProgramRun(
        arguments + (arguments.hasPrefix("rollout") ? " --to http://127.0.0.1:9" : ""), in: scratch,
        variables: "ASVIN_PACK_TOKEN=none")
      #expect(run.exitCode == 64, "\(run.errors)")
      #expect(
        run.errors.hasPrefix("asvin-pack: error: ") && run.errors.contains("\nasvin-pack: hint: "), "\(run.errors)")
    }
  }

  @Test(arguments: [
    "serve --port 65536", "serve --port=-1", "serve --logins-per-minute 0",
    "serve --logins-per-minute=-5", "token create t --days 0", "workspace rotate w --keep-old-days=-1",
  ])
  func `The platform checks its numbers`(arguments: String) throws {
    try Scratch.with { scratch in
      let run = try ProgramRun(
        arguments, in: scratch, program: "asvin-platform", variables: "ASVIN_PASSWORD=long-enough-1")
      #expect(run.exitCode == 64 && run.errors.contains("asvin-platform: hint: "), "\(run.errors)")
    }
  }

  @Test func `Algorithms have names in help, errors and completions, and both names of P-256 are taken`() throws {
    try Scratch.with { scratch in
      let help = try ProgramRun("keygen --help", in: scratch).text
      #expect(help.contains("ed25519") && help.contains("p256") && !help.contains("-19") && !help.contains("-9"))
      let refused = try ProgramRun("keygen --algorithm rsa -o x", in: scratch).errors
      #expect(refused.contains("'ed25519' and 'p256'"), "\(refused)")
      let completions = try ProgramRun("--generate-completion-script bash", in: scratch).text
      #expect(completions.contains("'ed25519'") && completions.contains("'p256'") && !completions.contains("'-19'"))
      for name in ["p256", "ecdsa-p256"] {
        #expect(try ProgramRun("keygen --algorithm \(name) -o \(name).pem --quiet", in: scratch).exitCode == 0)
      }
    }
  }
}
