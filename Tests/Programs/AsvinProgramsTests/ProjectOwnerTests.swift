import AsvinFixtures
import Glibc
import Testing

@Suite("Project files that are used", .usesScratch)
struct ProjectOwnerTests {
  /// Signs in a folder below the one with the project file.
  private func sign(in scratch: Scratch, variables: String = "") throws -> ProgramRun {
    try ProgramRun("sign fw.bin -o x --force", in: Scratch(folder: scratch.path("work")), variables: variables)
  }

  private func with(_ body: (Scratch) throws -> Void) throws {
    try Bench.with { scratch in
      try scratch.write([UInt8](repeating: 3, count: 400), to: "work/fw.bin")
      try body(scratch)
    }
  }

  @Test func `The caller's own project file is used and named, in the report and in JSON`() throws {
    try with { scratch in
      let run = try sign(in: scratch)
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.text.contains("\n  project    \(scratch.path("asvin-pack.yaml"))\n"))
      struct Answer: Decodable { let project: String, output: String }
      let json = try ProgramRun("sign fw.bin -o y --json", in: Scratch(folder: scratch.path("work"))).json(Answer.self)
      #expect(json.project == scratch.path("asvin-pack.yaml") && json.output == "y")
    }
  }

  @Test
  func `A project file is refused if every user can write to it, to its folder, or to a folder of its path`() throws {
    try with { scratch in
      for (path, mode, back) in [("asvin-pack.yaml", 0o666, 0o644), ("", 0o777, 0o755), ("", 0o1777, 0o755)]
        as [(String, mode_t, mode_t)]
      {
        try #require(unsafe chmod(scratch.path(path), mode) == 0)
        let run = try sign(in: scratch)
        #expect(run.exitCode == 77 && run.errors.contains(scratch.path("asvin-pack.yaml")), "\(run.errors)")
        try #require(unsafe chmod(scratch.path(path), back) == 0)
      }
      #expect(try sign(in: scratch).exitCode == 0)
      // The project is in a folder of one's own, below one that everybody can write to.
      try #require(unsafe mkdir(scratch.path("open"), 0o755) == 0 && mkdir(scratch.path("open/own"), 0o755) == 0)
      try scratch.write(scratch.read("asvin-pack.yaml"), to: "open/own/asvin-pack.yaml")
      try scratch.write([1, 2, 3], to: "open/own/fw.bin")
      try #require(unsafe chmod(scratch.path("open"), 0o777) == 0)
      let own = Scratch(folder: scratch.path("open/own"))
      #expect(try ProgramRun("lint fw.bin", in: own).exitCode == 77)
      try #require(unsafe chmod(scratch.path("open"), 0o1777) == 0)
      #expect(try ProgramRun("lint fw.bin", in: own).exitCode == 0)
    }
  }

  @Test(.enabled(if: geteuid() == 0, "needs root"))
  func `A project file of another user is refused, also through a link, unless it is named`() throws {
    try with { scratch in
      let path = scratch.path("asvin-pack.yaml")
      try #require(unsafe chown(path, 65534, 65534) == 0)
      let run = try sign(in: scratch)
      #expect(
        run.exitCode == 77 && run.errors.contains("another user") && run.errors.contains("ASVIN_PACK_PROJECT="),
        "\(run.errors)")
      #expect(try sign(in: scratch, variables: "ASVIN_PACK_PROJECT='\(path)'").exitCode == 0)
      #expect(try sign(in: scratch, variables: "SUDO_UID=65534").exitCode == 0)
      // A link of one's own to a file of another user, and a link of another user to a file of one's own.
      try #require(unsafe rename(path, scratch.path("other.yaml")) == 0 && symlink("other.yaml", path) == 0)
      #expect(try sign(in: scratch).exitCode == 77)
      try #require(unsafe chown(scratch.path("other.yaml"), 0, 0) == 0 && lchown(path, 65534, 65534) == 0)
      #expect(try sign(in: scratch).exitCode == 77)
      try #require(unsafe lchown(path, 0, 0) == 0)
      #expect(try sign(in: scratch).exitCode == 0)
    }
  }
}
