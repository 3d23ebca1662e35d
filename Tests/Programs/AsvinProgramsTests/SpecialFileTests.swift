import AsvinFixtures
import Glibc
import Testing

@Suite("Outputs that are inputs, or no plain files", .usesScratch)
struct SpecialFileTests {
  @Test(arguments: [
    "sign blink.bin -o blink.bin", "sign blink.bin -o hard", "sign blink.bin -o soft",
    "sign blink.bin -o ./blink.bin",
    "sign blink.bin -o ed25519.pem", "sign blink.bin -o asvin-pack.yaml", "sign blink.bin --from old.bin -o old.bin",
    "sign blink.bin --slot 1=old.bin -o old.bin", "sign blink.bin --template t.yaml -o t.yaml",
    "sign blink.bin --passphrase-file phrase --key enc.pem -o phrase",
    "sign b.asvin --on-signed append -o b.asvin", "sign b.asvin --on-signed replace -o b.asvin",
    "extract b.asvin --trust ed25519.pub.pem -o b.asvin",
    "extract b.asvin --trust ed25519.pub.pem -o ed25519.pub.pem",
    "delta old.bin blink.bin -o old.bin", "delta old.bin blink.bin -o blink.bin", "apply old.bin p -o old.bin",
    "apply old.bin p -o p", "pub ed25519.pem -o ed25519.pem", "init --template ./asvin-pack.yaml",
    "sign - --name n -o soft",
  ])
  func `No command replaces its own input, with or without --force, and no hint suggests --force`(arguments: String)
    throws
  {
    try Bench.with { scratch in
      let blink = try scratch.read("blink.bin")
      try scratch.write(Array(blink.reversed()), to: "old.bin")
      try scratch.write(Array("slots:\n  0: {size: 1M}\n  1: {size: 1M}\n".utf8), to: "t.yaml")
      try scratch.write(Array("secret".utf8), to: "phrase")
      try #require(unsafe link(scratch.path("blink.bin"), scratch.path("hard")) == 0)
      try #require(unsafe symlink("blink.bin", scratch.path("soft")) == 0)
      for call in [
        "sign blink.bin -o b.asvin --quiet", "delta old.bin blink.bin -o p --effort fast --quiet",
        "keygen -o enc.pem --passphrase-file phrase --quiet",
      ] { #expect(try ProgramRun(call, in: scratch).exitCode == 0) }
      if arguments.hasPrefix("init") {
        try scratch.write(scratch.read("t.yaml"), to: "asvin-pack.yaml")
      }
      let names = try scratch.files()
      let before = try names.map { try scratch.read($0) }
      for force in ["", " --force"] {
        let run = try ProgramRun(
          arguments + force, in: scratch, input: arguments.hasPrefix("sign -") ? "blink.bin" : nil)
        #expect(run.exitCode == 73 || (arguments.hasPrefix("init") && force.isEmpty), "\(run.errors)")
        #expect(
          run.errors.contains("is never replaced") || (arguments.hasPrefix("init") && force.isEmpty), "\(run.errors)")
        if !force.isEmpty { #expect(!run.errors.contains("--force"), "\(run.errors)") }
        #expect(try scratch.files() == names)
        #expect(try names.map { try scratch.read($0) } == before)
      }
    }
  }

  @Test func `One bundle does not replace an image that is signed after it`() throws {
    try Bench.with { scratch in
      try scratch.write(scratch.read("blink.bin"), to: "blink-1.0.0.asvin")
      let run = try ProgramRun("sign blink.bin blink-1.0.0.asvin --force", in: scratch)
      #expect(run.exitCode == 73 && run.errors.contains("blink-1.0.0.asvin"), "\(run.errors)")
      #expect(try scratch.read("blink-1.0.0.asvin") == scratch.read("blink.bin"))
    }
  }

  @Test(arguments: ["truncate -s 100 blink.bin", "printf more >>blink.bin", "printf X | dd of=blink.bin conv=notrunc"])
  func `An image that shrinks, grows or changes while it is signed is an error, and no bundle is written`(
    change: String
  ) throws {
    try Bench.with { scratch in
      // The program waits for its key, after it has opened the image.
      try #require(unsafe mkfifo(scratch.path("key"), 0o600) == 0)
      let run = try ProgramRun(
        "sign blink.bin --key key -o x", in: scratch,
        before: "(sleep 0.5; \(change) 2>/dev/null; cat ed25519.pem >key) &")
      #expect(run.exitCode == 1 && run.errors.contains("'blink.bin' changed while it was read"), "\(run.errors)")
      #expect(try !scratch.files().contains("x"))
    }
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `A node of a device stays one, and gets the bytes`() throws {
    try Bench.with { scratch in
      let node = scratch.path("node")
      try #require(unsafe mknod(node, S_IFCHR | 0o666, 0x103) == 0)
      for call in [
        "sign blink.bin -o node --force", "sign blink.bin -o node", "sign blink.bin -o x --quiet",
        "extract x --trust ed25519.pub.pem -o node --force", "pub ed25519.pem -o node --force",
        "delta blink.bin x -o node --force --effort fast",
      ] {
        #expect(try ProgramRun(call, in: scratch).exitCode == 0, "\(call)")
        var status = stat()
        #expect(unsafe lstat(node, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR, "\(call)")
      }
      #expect(try ProgramRun("keygen -o node", in: scratch).exitCode == 73)
      try #require(unsafe mknod(scratch.path("disk"), S_IFBLK | 0o600, 0x7FA) == 0)
      let disk = try ProgramRun("sign blink.bin -o disk --force", in: scratch)
      #expect(disk.exitCode == 73 && disk.errors.contains("a block device") && !disk.errors.contains("--force"))
    }
  }

  @Test func `Standard output has other names, and carries the file alone`() throws {
    try Bench.with { scratch in
      let expected = try ProgramRun("sign blink.bin -o -", in: scratch).output
      for name in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let run = try ProgramRun("sign blink.bin -o \(name)", in: scratch, redirections: "| cat")
        #expect(run.output == expected, "\(name): \(run.errors)")
        #expect(try ProgramRun("sign blink.bin -o \(name)", in: scratch).output == expected, "\(name)")
      }
      var status = stat()
      #expect(unsafe lstat("/dev/stdout", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }
  }
}
