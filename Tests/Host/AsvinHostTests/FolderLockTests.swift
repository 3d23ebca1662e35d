import AsvinHost
import AsvinFixtures
import Testing

@Suite("Folder locks", .usesScratch)
struct FolderLockTests {
  @Test func `A lock is held once, and is free when it is released or goes`() throws {
    try Scratch.with { scratch in
      let path = scratch.path("lock")
      let first = try #require(try FolderLock(path))
      #expect(try FolderLock(path) == nil)
      first.release()
      do {
        _ = try #require(try FolderLock(path))
      }
      #expect(try FolderLock(path) != nil)
    }
  }

  @Test func `A folder is made with those above it, and may be there already`() throws {
    try Scratch.with { scratch in
      try FileSystem.makeFolder(scratch.path("a/b/c"))
      try FileSystem.makeFolder(scratch.path("a/b/c"))
      #expect(try scratch.files() == ["a", "a/b", "a/b/c"])
      try FileSystem.makeFolder("")
    }
  }

  @Test func `Making a folder in place of a file is an error`() throws {
    try Scratch.with { scratch in
      try scratch.write([1], to: "a")
      let path = scratch.path("a/b")
      #expect(throws: FileError.self) { try FileSystem.makeFolder(path) }
    }
  }
}
