import AsvinFixtures
import Testing

@Suite("Exit codes and messages", .usesScratch)
struct ExitCodeTests {
  @Test(
    arguments: [
      ("verify blink-1.0.0.asvin", 64), ("verify blink-1.0.0.asvin --trust none.pem", 66),
      ("verify none.asvin --trust ed25519.pub.pem", 66), ("verify blink-1.0.0.asvin --trust ed25519.pem", 64),
      ("verify", 64), ("sign", 64), ("nonsense", 64), ("sign blink.bin --nonsense", 64),
      ("sign blink.bin", 73), ("sign none.bin", 66), ("sign blink.bin --key none.pem -o x", 66),
      ("sign blink.bin --template esp32 -o x", 65), ("sign blink.bin -o none/x", 73),
      ("sign blink.bin -o / --force", 73), ("sign blink.bin --no-compressed-image -o x", 64),
      ("sign blink-1.0.0.asvin -o x", 1), ("sign blink.bin blink.bin -o x", 64), ("sign blink.bin --slot x -o x", 64),
      ("extract blink-1.0.0.asvin --trust ecdsa-p256.pub.pem -o x", 65),
      ("extract blink.bin --trust ed25519.pub.pem -o x", 65),
      ("keygen -o ed25519.pem", 73), ("keygen --algorithm rsa -o x", 64), ("keygen -o -", 64), ("pub blink.bin", 65),
      ("init", 73), ("publish blink-1.0.0.asvin --group g", 64), ("publish blink-1.0.0.asvin --group g --to s3:x", 64),
      ("publish blink-1.0.0.asvin --to dir:r --group ../x", 64), ("inspect none", 66), ("lint none", 66),
    ] as [(String, Int32)])
  func `A failure exits with its code, describes its cause and the next step, and writes nothing to standard output`(
    arguments: String, code: Int32
  ) throws {
    try Bench.with { scratch in
      #expect(try ProgramRun("sign blink.bin --quiet", in: scratch).exitCode == 0)
      let before = try scratch.files()
      let run = try ProgramRun(arguments, in: scratch)
      #expect(run.exitCode == code, "\(run.errors)")
      #expect(run.errors.hasPrefix("asvin-pack: error: "))
      #expect(run.errors.contains("\nasvin-pack: hint: "))
      #expect(run.output.isEmpty, "\(run.text)")
      #expect(try scratch.files() == before)
    }
  }

  @Test func `A rejected bundle exits with 65, and its verdict is on standard output`() throws {
    try Bench.with { scratch in
      #expect(try ProgramRun("sign blink.bin --quiet", in: scratch).exitCode == 0)
      let run = try ProgramRun("verify blink-1.0.0.asvin --trust ecdsa-p256.pub.pem", in: scratch)
      #expect(run.exitCode == 65)
      #expect(run.text == "rejected blink-1.0.0.asvin: untrusted-key (code 21)\n")
      #expect(run.errors.hasPrefix("asvin-pack: error: "))
    }
  }

  @Test func `Messages are in lower case and have no full stop`() throws {
    try Bench.with { scratch in
      for arguments in ["verify x", "sign none", "nonsense", "sign", "keygen -o ed25519.pem"] {
        for line in try ProgramRun(arguments, in: scratch).errors.split(separator: "\n") {
          let words = line.split(separator: ": ", maxSplits: 2).last ?? ""
          #expect(
            words.first.map { !$0.isUppercase } == true && (!words.hasSuffix(".") || words.hasSuffix("...")), "\(line)")
        }
      }
    }
  }
}
