import AsvinFixtures
import Glibc
import Testing

@testable import AsvinHost

/// A power cut cannot be made in a test: what is flushed, and when, is counted instead.
@Suite("Flushed files", .usesScratch)
struct FlushingTests {
  @Test(arguments: [(OutputFile.Durability.flushed, 2), (.remade, 0)])
  func `A key's file and its folder are flushed before the commit ends, and what can be made again is not`(
    durability: OutputFile.Durability, calls: Int
  ) throws {
    try Scratch.with { scratch in
      let file = try OutputFile(scratch.path("out"), durability: durability)
      var flushed: [Int32] = []
      file.flush = { descriptor in
        flushed.append(descriptor)
        return fsync(descriptor)
      }
      try file.write([1, 2, 3])
      #expect(flushed.isEmpty)
      try file.commit()
      #expect(flushed.count == calls)
      #expect(try scratch.read("out") == [1, 2, 3])
    }
  }

  @Test func `A file that cannot be flushed does not appear`() throws {
    try Scratch.with { scratch in
      let file = try OutputFile(scratch.path("out"), durability: .flushed)
      file.flush = { _ in -1 }
      try file.write([1, 2, 3])
      #expect(throws: FileError.self) { try file.commit() }
      #expect(try scratch.files().isEmpty)
    }
  }
}
