import AsvinFixtures
import Glibc
import Testing

@testable import AsvinHost

@Suite("Existing files at the path of an output", .usesScratch)
struct PlaceTests {
  static func refusal(
    _ path: String, _ replacing: OutputFile.Replacing = .existing, inputs: InputLedger? = nil, takesStreams: Bool = true
  ) -> FileError? {
    do throws(FileError) {
      let file = try OutputFile(
        path, replacing: replacing, durability: .remade, inputs: inputs, takesStreams: takesStreams)
      try file.write([1])
      try file.commit()
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [false, true])
  func `A pipe gets the bytes and stays a pipe, with and without leave to replace`(replacing: Bool) throws {
    try Scratch.with { scratch in
      let (pipe, link, copy) = (scratch.path("pipe"), scratch.path("link"), scratch.path("copy"))
      try #require(unsafe mkfifo(pipe, 0o600) == 0 && symlink(pipe, link) == 0)
      for path in [pipe, link] {
        try #require(unsafe system("cat '\(pipe)' >'\(copy)' &") == 0)
        #expect(Self.refusal(path, replacing ? .existing : .never) == nil)
        for _ in 0..<100 where try scratch.read("copy").isEmpty { usleep(20_000) }
        #expect(try scratch.read("copy") == [1])
      }
      var status = stat()
      #expect(unsafe lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
      #expect(unsafe lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  @Test func `A device is written to and stays a device, by its name and by a link`() throws {
    try Scratch.with { scratch in
      let link = scratch.path("null")
      try #require(unsafe symlink("/dev/null", link) == 0)
      #expect(Self.refusal(link) == nil && Self.refusal("/dev/null", .never) == nil)
      var status = stat()
      #expect(unsafe lstat(link, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
      #expect(unsafe stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
  }

  @Test func `A key or an index goes to no device and no pipe`() throws {
    try Scratch.with { scratch in
      let pipe = scratch.path("pipe")
      try #require(unsafe mkfifo(pipe, 0o600) == 0)
      for path in [pipe, "/dev/null"] {
        #expect(Self.refusal(path, takesStreams: false)?.refusal == .isSpecial("a device or a pipe"))
      }
    }
  }

  @Test func `A socket and a folder are refused, by their names and by links`() throws {
    try Scratch.with { scratch in
      let (socketPath, folder) = (scratch.path("s"), scratch.path("folder"))
      let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(server) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      let name = Array(socketPath.utf8)
      try #require(name.count < 108, "a socket's path is short: set TMPDIR to a short one")
      unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
      let bound = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          unsafe bind(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(bound == 0)
      try #require(unsafe mkdir(folder, 0o755) == 0)
      try #require(unsafe symlink(socketPath, scratch.path("to-s")) == 0 && symlink(folder, scratch.path("to-f")) == 0)
      #expect(Self.refusal(socketPath)?.refusal == .isSpecial("a socket"))
      #expect(Self.refusal(scratch.path("to-s"))?.refusal == .isSpecial("a socket"))
      #expect(Self.refusal(folder)?.isFolder == true && Self.refusal(scratch.path("to-f"))?.isFolder == true)
      var status = stat()
      #expect(unsafe lstat(scratch.path("to-f"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    }
  }

  @Test(arguments: [OutputFile.Replacing.never, .existing])
  func `An input is never the output, under any name`(replacing: OutputFile.Replacing) throws {
    try Scratch.with { scratch in
      let path = try scratch.write([9], to: "in")
      try #require(unsafe link(path, scratch.path("hard")) == 0 && symlink(path, scratch.path("soft")) == 0)
      let inputs = InputLedger()
      _ = try inputs.open(path)
      for name in ["in", "hard", "soft", "./in", "../\(scratch.folder.split(separator: "/").last ?? "")/in"] {
        #expect(Self.refusal(scratch.path(name), replacing, inputs: inputs)?.refusal == .isInput(path), "\(name)")
      }
      // One that is noted and read later, and one of a larger call.
      let noted = InputLedger()
      noted.note(scratch.path("hard"))
      #expect(
        Self.refusal(path, replacing, inputs: InputLedger(within: noted))?.refusal == .isInput(scratch.path("hard")))
      #expect(try scratch.read("in") == [9])
      #expect(try scratch.read("soft") == [9])
    }
  }

  @Test func `A file that changed after it was read stops the output`() throws {
    try Scratch.with { scratch in
      let inputs = InputLedger()
      let input = try inputs.open(scratch.write([1, 2, 3], to: "in"))
      let file = try OutputFile(scratch.path("out"), durability: .remade, inputs: inputs)
      usleep(20_000)
      try #require(unsafe system("printf more >>'\(input.name)'") == 0)
      #expect(throws: FileError(.read, input.name, .changed)) { try file.commit() }
      #expect(try scratch.files() == ["in"])
    }
  }

  /// File systems by what they offer: all, NFS, FAT with and without an exclusive rename, and one whose nameless files have
  /// no links.
  static let systems: [UnplacedFile.Features] = [
    .all, [.links], [.exclusiveRename], [], [.nameless, .exclusiveRename], [.nameless],
  ]

  static func file(
    _ path: String, _ replacing: OutputFile.Replacing, _ features: UnplacedFile.Features
  ) throws -> OutputFile {
    try OutputFile(
      path, permissions: 0o600, replacing: replacing, durability: .flushed, inputs: nil, takesStreams: false,
      features: features)
  }

  @Test(arguments: systems)
  func `Every file system receives the complete file with its permissions, and no other file remains`(
    features: UnplacedFile.Features
  ) throws {
    try Scratch.with { scratch in
      let bytes = [UInt8](repeating: 7, count: 200_000)
      for replacing in [OutputFile.Replacing.never, .existing, .existing] {
        let file = try Self.file(scratch.path("out"), replacing, features)
        try file.write(bytes)
        try file.commit()
        #expect(try scratch.files() == ["out"])
        #expect(try scratch.read("out") == bytes)
        #expect(try scratch.permissions("out") == 0o600)
      }
      do {
        let abandoned = try Self.file(scratch.path("other"), .never, features)
        try abandoned.write(bytes)
      }
      #expect(try scratch.files() == ["out"])
    }
  }

  @Test(arguments: systems)
  func `No file system replaces a file that was created meanwhile`(features: UnplacedFile.Features) throws {
    try Scratch.with { scratch in
      let file = try Self.file(scratch.path("out"), .never, features)
      try file.write([1])
      try scratch.write([9], to: "out")
      #expect(throws: FileError.self) { try file.commit() }
      #expect(try scratch.read("out") == [9])
      #expect(try scratch.files() == ["out"])
    }
  }
}
