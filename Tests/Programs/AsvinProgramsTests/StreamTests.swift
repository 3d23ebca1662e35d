import AsvinFixtures
import Testing

@Suite("Standard input and output", .usesScratch)
struct StreamTests {
  @Test func `An image from standard input becomes a bundle on standard output, and back`() throws {
    try Bench.with { scratch in
      let signed = try ProgramRun("sign - --name blink -o -", in: scratch, input: "blink.bin")
      #expect(signed.exitCode == 0, "\(signed.errors)")
      try scratch.write(signed.output, to: "bundle")
      let run = try ProgramRun("extract - --trust ed25519.pub.pem -o -", in: scratch, input: "bundle")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(try run.output == scratch.read("blink.bin"))
    }
  }

  @Test func `With --quiet, a success prints nothing`() throws {
    try Bench.with { scratch in
      let run = try ProgramRun("sign blink.bin --quiet", in: scratch)
      #expect(run.exitCode == 0 && run.output.isEmpty && run.errors.isEmpty)
    }
  }

  @Test func `A passphrase comes from the environment`() throws {
    try Bench.with { scratch in
      let secret = "ASVIN_PACK_PASSPHRASE=secret"
      #expect(try ProgramRun("keygen -o new.pem", in: scratch, variables: secret).exitCode == 0)
      #expect(try ProgramRun("sign blink.bin --key new.pem -o a", in: scratch, variables: secret).exitCode == 0)
      let wrong = try ProgramRun("sign blink.bin --key new.pem -o b", in: scratch, variables: "ASVIN_PACK_PASSPHRASE=x")
      #expect(wrong.exitCode == 77)
    }
  }

  @Test func `A full disk is exit code 73`() throws {
    try Bench.with { scratch in
      let run = try ProgramRun("sign blink.bin -o -", in: scratch, full: true)
      #expect(run.exitCode == 73)
      #expect(run.errors.hasPrefix("asvin-pack: error: "))
    }
  }

  @Test func `Help lists every command`() throws {
    try Bench.with { scratch in
      let run = try ProgramRun("help", in: scratch)
      #expect(run.exitCode == 0)
      for verb in [
        "init", "keygen", "pub", "sign", "verify", "inspect", "extract", "delta", "apply", "lint", "publish",
      ] {
        #expect(run.text.contains("\n  \(verb) "), "\(verb)")
        #expect(try ProgramRun("help \(verb)", in: scratch).exitCode == 0)
      }
    }
  }
}
