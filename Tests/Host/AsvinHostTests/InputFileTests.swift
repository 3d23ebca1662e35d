import AsvinHost
import AsvinFixtures
import Glibc
import Testing

@Suite("Input files", .usesScratch)
struct InputFileTests {
  static func error(_ path: String) -> FileError? {
    do throws(FileError) {
      _ = try InputFile(path)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["/proc/cmdline", "/proc/sys/kernel/random/boot_id", "/proc/self/status"])
  func `A file of the system is read, although its size is 0`(path: String) throws {
    let file = try InputFile(path)
    #expect(file.size > 0)
    #expect(try !file.read(at: 0, count: 64).isEmpty)
  }

  @Test func `A file is read at random, and ends where it ends`() throws {
    try Scratch.with { scratch in
      var numbers = SeededGenerator(seed: 3)
      let bytes = numbers.bytes(200_000)
      let file = try InputFile(scratch.write(bytes, to: "file"))
      #expect(file.size == 200_000)
      #expect(try file.read(at: 70_000, count: 10) == Array(bytes[70_000..<70_010]))
      #expect(try file.read(at: 199_999, count: 10) == [bytes[199_999]])
      #expect(try file.read(at: 200_000, count: 10).isEmpty)
      #expect(try file.read(at: .max, count: 10).isEmpty)
    }
  }

  @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 200_000])
  func `Pieces cover the complete file, in order, each within the limit`(count: Int) throws {
    try Scratch.with { scratch in
      var numbers = SeededGenerator(seed: 4)
      let bytes = numbers.bytes(count)
      var read: [UInt8] = []
      try InputFile(scratch.write(bytes, to: "file")).forEachPiece { piece in
        #expect(!piece.isEmpty && piece.count <= pieceBytes)
        read += piece
      }
      #expect(read == bytes)
    }
  }

  @Test func `The opened file is read, even if its name now refers to another file`() throws {
    try Scratch.with { scratch in
      let file = try InputFile(scratch.write([1, 2, 3], to: "file"))
      try scratch.write([4, 5, 6], to: "other")
      try #require(unsafe rename(scratch.path("other"), scratch.path("file")) == 0)
      #expect(try file.read(at: 0, count: 3) == [1, 2, 3])
    }
  }

  @Test func `A file that shrinks while it is read is an error, at random and in pieces`() throws {
    try Scratch.with { scratch in
      let file = try InputFile(scratch.write([1, 2, 3], to: "file"))
      try #require(unsafe truncate(scratch.path("file"), 1) == 0)
      #expect(throws: FileError(.read, file.name, .changed)) { _ = try file.read(at: 0, count: 3) }
      #expect(throws: FileError(.read, file.name, .changed)) { try file.forEachPiece { _ in } }
      #expect(throws: FileError(.read, file.name, .changed)) { try file.requireUnchanged() }
    }
  }

  @Test func `A source with fewer bytes than it announces is an error, whatever it is`() throws {
    struct Short: ByteSource {
      let size: UInt64 = 10
      func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] { offset == 0 ? [1, 2, 3] : [] }
    }
    #expect(throws: FileError.self) { try Short().forEachPiece { _ in } }
  }

  @Test
  func `A file that grows, or is written over, is noticed; one whose name goes to another file is not`() throws {
    try Scratch.with { scratch in
      for change in ["printf more >>", "printf abc >"] {
        let file = try InputFile(scratch.write([1, 2, 3], to: "file"))
        try file.requireUnchanged()
        usleep(20_000)
        try #require(unsafe system("\(change) '\(file.name)'") == 0)
        #expect(throws: FileError(.read, file.name, .changed), "\(change)") { try file.requireUnchanged() }
      }
      let file = try InputFile(scratch.write([1, 2, 3], to: "file"))
      try scratch.write([4], to: "other")
      try #require(unsafe rename(scratch.path("other"), file.name) == 0)
      try file.requireUnchanged()
    }
  }

  @Test func `A pipe that is longer than what is held in memory is read as a file is`() throws {
    try Scratch.with { scratch in
      var numbers = SeededGenerator(seed: 5)
      let bytes = numbers.bytes(1 << 20 | 12_345)
      let (path, source) = (scratch.path("pipe"), try scratch.write(bytes, to: "source"))
      try #require(unsafe mkfifo(path, 0o600) == 0)
      try #require(unsafe system("cat '\(source)' >'\(path)' &") == 0)
      let file = try InputFile(path)
      #expect(try file.read(at: 0, count: bytes.count + 1) == bytes)
    }
  }

  @Test func `A pipe is read completely, as a file is`() throws {
    try Scratch.with { scratch in
      let path = scratch.path("pipe")
      try #require(unsafe mkfifo(path, 0o600) == 0)
      // The shell opens the pipe for writing while this end opens it for reading.
      try #require(unsafe system("(printf abc >'\(path)') &") == 0)
      let file = try InputFile(path)
      #expect(file.size == 3)
      #expect(try file.read(at: 1, count: 9) == Array("bc".utf8))
    }
  }

  @Test func `A missing file, a folder and an unreadable file are reported as such`() throws {
    try Scratch.with { scratch in
      let missing = Self.error(scratch.path("missing"))
      #expect(missing?.isMissing == true && missing?.reason == "no such file or directory")
      #expect(Self.error(scratch.folder)?.code == EISDIR)
      let under = Self.error(try scratch.write([1], to: "file") + "/under")
      #expect(under?.isMissing == true)
    }
  }
}
