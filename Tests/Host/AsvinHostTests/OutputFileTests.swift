import AsvinHost
import AsvinFixtures
import FoundationEssentials
import Glibc
import Testing

@Suite("Output files", .usesScratch)
struct OutputFileTests {
  /// The system's error number of opening a file.
  static func code(
    opening path: String, replacing: OutputFile.Replacing = .never
  ) -> Int32? {
    do throws(FileError) {
      _ = try OutputFile(path, replacing: replacing, durability: .remade)
      return nil
    } catch {
      return error.code
    }
  }

  static func code(committing file: OutputFile) -> Int32? {
    do throws(FileError) {
      try file.commit()
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: [OutputFile.Durability.remade, .flushed])
  func `A file appears complete at its commit and not before`(durability: OutputFile.Durability) throws {
    try Scratch.with { scratch in
      let file = try OutputFile(scratch.path("out"), durability: durability)
      try file.write([1, 2, 3])
      #expect(try !scratch.files().contains("out"))
      try file.commit()
      #expect(try scratch.files() == ["out"])
      #expect(try scratch.read("out") == [1, 2, 3])
    }
  }

  @Test func `A file that is never committed leaves nothing`() throws {
    try Scratch.with { scratch in
      do {
        let file = try OutputFile(scratch.path("out"), durability: .remade)
        try file.write([1, 2, 3])
      }
      #expect(try scratch.files().isEmpty)
    }
  }

  @Test func `A file of the same name is kept, unless it may be replaced`() throws {
    try Scratch.with { scratch in
      let path = try scratch.write([9], to: "out")
      #expect(Self.code(opening: path) == EEXIST)
      #expect(try scratch.read("out") == [9])
      let file = try OutputFile(path, replacing: .existing, durability: .remade)
      try file.write([1])
      try file.commit()
      #expect(try scratch.read("out") == [1])
      #expect(try scratch.files() == ["out"])
    }
  }

  @Test func `A file that was created meanwhile is kept, and the commit fails`() throws {
    try Scratch.with { scratch in
      let file = try OutputFile(scratch.path("out"), durability: .remade)
      try file.write([1])
      try scratch.write([9], to: "out")
      #expect(Self.code(committing: file) == EEXIST)
      #expect(try scratch.read("out") == [9])
      #expect(try scratch.files() == ["out"])
    }
  }

  @Test func `A link is replaced itself, never what it points at`() throws {
    try Scratch.with { scratch in
      let target = try scratch.write([9], to: "target")
      try #require(unsafe symlink(target, scratch.path("out")) == 0)
      let path = scratch.path("out")
      #expect(Self.code(opening: path) == EEXIST)
      let file = try OutputFile(path, replacing: .existing, durability: .remade)
      try file.write([1])
      try file.commit()
      #expect(try scratch.read("target") == [9])
      #expect(try scratch.read("out") == [1])
    }
  }

  @Test func `A folder, and a folder that is missing, are errors before anything is written`() throws {
    try Scratch.with { scratch in
      let (folder, missing) = (scratch.folder, scratch.path("missing/out"))
      for replacing in [OutputFile.Replacing.never, .existing] {
        #expect(Self.code(opening: folder, replacing: replacing) == EISDIR)
      }
      #expect(Self.code(opening: missing) == ENOENT)
      let files = try scratch.files()
      #expect(files.isEmpty)
    }
  }

  @Test func `A private file is readable by its owner alone, from its first byte`() throws {
    try Scratch.with { scratch in
      let file = try OutputFile(scratch.path("key"), permissions: 0o600, durability: .flushed)
      try file.write([1])
      // Where it has no name yet, the process's table of open files shows it.
      var own = 0
      for number in 0..<16_384 {
        let path = "/proc/self/fd/\(number)"
        var target = [UInt8](repeating: 0, count: 4096)
        let count = unsafe readlink(path, &target, target.count)
        guard count > 0, String(decoding: target[..<count], as: UTF8.self).hasPrefix(scratch.folder) else { continue }
        var status = stat()
        #expect(unsafe stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        own += 1
      }
      #expect(own > 0)
      try file.commit()
      #expect(try scratch.permissions("key") == 0o600)
    }
  }

  @Test
  func `A file that is not committed has no name, so that nothing remains however the process ends`() throws {
    try Scratch.with { scratch in
      let file = try OutputFile(scratch.path("out"), durability: .remade)
      try file.write([1, 2, 3])
      #expect(try scratch.files().isEmpty)
      try file.commit()
    }
  }

  @Test func `A committed file can be withdrawn`() throws {
    try Scratch.with { scratch in
      let file = try OutputFile(scratch.path("out"), durability: .remade)
      try file.commit()
      try file.withdraw()
      #expect(try scratch.files().isEmpty)
      #expect(throws: FileError.self) { try file.withdraw() }
    }
  }
}
