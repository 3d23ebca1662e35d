import AsvinFixtures
import Glibc
import Testing

@Suite("Passphrases at a terminal and without one", .usesScratch)
struct PassphraseTests {
  @Test func `A new passphrase is asked for twice, is not shown, and opens the key`() throws {
    try Scratch.with { scratch in
      let run = try TerminalRun(["keygen", "--encrypt", "-o", "k.pem"], in: scratch)
      try run.wait(for: "new passphrase for 'k.pem': ")
      #expect(!run.echoes)
      run.type("secret\n")
      try run.wait(for: "again: ")
      run.type("secret\n")
      #expect(try run.end() == 0)
      #expect(run.echoes && !run.shown.contains("secret"))
      #expect(try ProgramRun("pub k.pem", in: scratch, variables: "ASVIN_PACK_PASSPHRASE=secret").exitCode == 0)
    }
  }

  @Test func `Two passphrases that differ make no key`() throws {
    try Scratch.with { scratch in
      let run = try TerminalRun(["keygen", "--encrypt", "-o", "k.pem"], in: scratch)
      try run.wait(for: "new passphrase for 'k.pem': ")
      run.type("secret\n")
      try run.wait(for: "again: ")
      run.type("secrt\n")
      #expect(try run.end() == 77)
      #expect(try scratch.files().isEmpty)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `A signal at the prompt ends the program and leaves the terminal as it was`(signal: Int32) throws {
    try Scratch.with { scratch in
      let run = try TerminalRun(["keygen", "--encrypt", "-o", "k.pem"], in: scratch)
      try run.wait(for: "new passphrase for 'k.pem': ")
      #expect(!run.echoes)
      // Ctrl-C, as a person types it, or a signal from elsewhere.
      if signal == SIGINT { run.type("\u{3}") } else { run.signal(signal) }
      #expect(try run.end() == 128 + signal)
      #expect(run.echoes)
      #expect(try scratch.files().isEmpty)
    }
  }

  @Test(arguments: [
    "pub enc.pem", "pub enc.pem -o new.pem", "verify x.asvin --trust enc.pem",
    "sign fw.bin --key enc.pem --fw-version 1.0.0 --vendor example.com --class b -o x",
  ])
  func `OpenSSL never prompts: without a passphrase or with a wrong one, it fails at once`(arguments: String) throws {
    try Scratch.with { scratch in
      try scratch.write([UInt8](repeating: 5, count: 500), to: "fw.bin")
      #expect(try ProgramRun("keygen -o enc.pem", in: scratch, variables: "ASVIN_PACK_PASSPHRASE=secret").exitCode == 0)
      let words = arguments.split(separator: " ").map(String.init)
      let isVerify = words[0] == "verify"
      // At a terminal, where OpenSSL would ask.
      let wrong = try TerminalRun(words, in: scratch, variables: ["ASVIN_PACK_PASSPHRASE=wrong"])
      #expect(try wrong.end() == (isVerify ? 64 : 77))
      let right = try TerminalRun(words, in: scratch, variables: ["ASVIN_PACK_PASSPHRASE=secret"])
      #expect(try right.end() == (isVerify ? 64 : 0))
      #expect(!wrong.shown.contains("Enter PEM") && !right.shown.contains("Enter PEM"))
      // Without one there is nobody to ask.
      let alone = try ProgramRun(words.joined(separator: " "), in: scratch, before: "setsid -w env")
      #expect(alone.exitCode == (isVerify ? 64 : 77), "\(alone.errors)")
    }
  }

  @Test func `A passphrase that no key could be opened with is refused`() throws {
    try Scratch.with { scratch in
      let long = String(repeating: "x", count: 1025)
      let run = try ProgramRun("keygen -o k.pem", in: scratch, variables: "ASVIN_PACK_PASSPHRASE=\(long)")
      #expect(run.exitCode == 77 && run.errors.contains("more than 1024 bytes"), "\(run.errors)")
      #expect(try scratch.files().isEmpty)
    }
  }

  @Test func `A key and a passphrase that come through a pipe touch no disk`() throws {
    try Bench.with { scratch in
      try scratch.write(Array("secret\n".utf8), to: "pass")
      #expect(try ProgramRun("keygen -o enc.pem", in: scratch, variables: "ASVIN_PACK_PASSPHRASE=secret").exitCode == 0)
      // A temporary file would need this folder.
      try #require(unsafe mkfifo(scratch.path("key"), 0o600) == 0 && mkfifo(scratch.path("phrase"), 0o600) == 0)
      let run = try ProgramRun(
        "sign blink.bin --key key --passphrase-file phrase -o x", in: scratch, variables: "TMPDIR=/none",
        before: "cat enc.pem >key & cat pass >phrase &")
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(try ProgramRun("pub -", in: scratch, variables: "TMPDIR=/none", input: "ed25519.pem").exitCode == 0)
    }
  }

  @Test func `A private key that every user can read, or write, is used with a warning`() throws {
    try Bench.with { scratch in
      for (mode, warns) in [(0o600, false), (0o640, false), (0o644, true), (0o602, true)] as [(mode_t, Bool)] {
        try #require(unsafe chmod(scratch.path("ed25519.pem"), mode) == 0)
        let run = try ProgramRun("sign blink.bin -o x --force --quiet", in: scratch)
        #expect(run.exitCode == 0 && run.errors.contains("asvin-pack: warning: ") == warns, "\(run.errors)")
      }
    }
  }
}
