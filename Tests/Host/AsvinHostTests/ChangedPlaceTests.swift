import AsvinFixtures
import Glibc
import Testing

@testable import AsvinHost

@Suite("Changes while an output is written", .usesScratch)
struct ChangedPlaceTests {
  static func refusal(_ file: OutputFile) -> FileError? {
    do throws(FileError) {
      try file.commit()
      return nil
    } catch {
      return error
    }
  }

  @Test func `A pipe that appears at the output's path is not replaced`() throws {
    try Scratch.with { scratch in
      let path = scratch.path("out")
      let file = try OutputFile(path, replacing: .existing, durability: .remade)
      try file.write([1])
      try #require(unsafe mkfifo(path, 0o600) == 0)
      #expect(Self.refusal(file) != nil)
      var status = stat()
      #expect(unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }
  }

  @Test(arguments: [false, true])
  func `An input that was written to since it was opened stops the output`(isChanged: Bool) throws {
    try Scratch.with { scratch in
      let (input, output) = (scratch.path("in"), scratch.path("out"))
      try #require(unsafe system("printf one >'\(input)'") == 0)
      let ledger = InputLedger()
      let reading = try ledger.open(input)
      defer { _ = reading }
      let file = try OutputFile(output, durability: .remade, inputs: ledger)
      try file.write([1])
      if isChanged { try #require(unsafe system("sleep 0.05; printf longer >'\(input)'") == 0) }
      #expect((Self.refusal(file) != nil) == isChanged)
      #expect((unsafe access(output, F_OK) == 0) != isChanged)
    }
  }
}
