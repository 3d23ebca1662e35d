import FoundationEssentials
import Glibc

/// The folder of one test. It is removed if the test succeeds. If the test fails, the folder is kept and its path is
/// printed. The suite needs the trait `.usesScratch`, which notices failures.
package struct Scratch: Sendable {
  /// The folder.
  package let folder: String

  /// A folder that exists.
  package init(folder: String) { self.folder = folder }

  /// Runs a test in a new folder.
  @discardableResult
  package static func with<Result>(_ name: String = #function, _ body: (Scratch) throws -> Result) throws -> Result {
    let scratch = try Scratch.new(name)
    do {
      let result = try body(scratch)
      try scratch.end()
      return result
    } catch {
      print("the failed test's folder is kept: \(scratch.folder)")
      throw error
    }
  }

  /// Runs a test in a new folder.
  @discardableResult
  package static func with<Result: Sendable>(
    _ name: String = #function, _ body: @Sendable (Scratch) async throws -> Result
  ) async throws -> Result {
    let scratch = try Scratch.new(name)
    do {
      let result = try await body(scratch)
      try scratch.end()
      return result
    } catch {
      print("the failed test's folder is kept: \(scratch.folder)")
      throw error
    }
  }

  private static func new(_ name: String) throws -> Scratch {
    let label = name.filter { $0.isLetter || $0.isNumber }.prefix(40)
    let path = FileManager.default.temporaryDirectory.path() + "asvin-test-\(label)-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return Scratch(folder: path)
  }

  private func end() throws {
    if ScratchTrait.hasFailed() {
      print("the failed test's folder is kept: \(folder)")
    } else {
      try remove()
    }
  }

  /// A path in the folder.
  package func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Writes a file.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    let path = path(name)
    let parent = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
    try FileManager.default.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  /// Reads a file.
  package func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path(name))))
  }

  /// A file's permissions.
  package func permissions(_ name: String) throws -> UInt32 {
    var status = stat()
    guard unsafe stat(path(name), &status) == 0 else { throw CocoaError(.fileNoSuchFile) }
    return status.st_mode & 0o777
  }

  /// The names of its entries, in order.
  package func folders() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// Removes the folder.
  package func remove() throws {
    // A program that is ending meanwhile may remove one of its own files in between.
    for _ in 0..<10 {
      do {
        return try FileManager.default.removeItem(atPath: folder)
      } catch let error as CocoaError where error.code == .fileNoSuchFile {
        usleep(20_000)
      }
    }
    if FileManager.default.fileExists(atPath: folder) { try FileManager.default.removeItem(atPath: folder) }
  }

  /// All files, by their path in the folder, in order.
  package func files() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
  }
}
