import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest

/// A file group in a folder: `objects/sha256/aa/…` by content, `groups/NAME.json` as its index.
struct FolderGroup {
  let name: String
  /// The folder as the user wrote it.
  let destination: String
  private let folder: String

  init(_ name: String, at destination: String, from base: String) throws(Failure) {
    guard Name(name) != nil else {
      throw Failure(.usage, "'\(name)' is not a group name", hint: "use letters, digits and . + _ -, at most 64")
    }
    guard destination.hasPrefix("dir:"), destination.count > 4 else {
      throw Failure(
        .usage, "'\(destination)' is not a place to publish to",
        hint: "give a folder, as --to dir:releases, or a platform, as https://updates.example.com")
    }
    self.name = name
    self.destination = destination
    folder = Environment.path(String(destination.dropFirst(4)), from: base)
  }

  var indexPath: String { "\(folder)/groups/\(name).json" }

  func objectPath(_ digest: Digest) -> String {
    let text = digest.hexadecimal
    return "\(folder)/objects/sha256/\(text.prefix(2))/\(text)"
  }

  /// The index, empty before the first publication.
  func index() throws(Failure) -> GroupIndex {
    do throws(Failure) {
      return try GroupIndex(readSmallFile(indexPath, limit: GroupIndex.limit), path: indexPath, group: name)
    } catch {
      guard error.kind == .inputMissing else { throw error }
      return GroupIndex(group: name)
    }
  }

  /// Runs a change of this group under a lock.
  func exclusively<Result>(_ change: () throws -> Result) throws -> Result {
    try FileSystem.makeFolder("\(folder)/groups")
    guard let lock = try FolderLock("\(folder)/groups/.\(name).lock") else {
      throw Failure(
        .failed, "another publisher is running in group '\(name)'", hint: "nothing was published; run the command again"
      )
    }
    defer { lock.release() }
    return try change()
  }

  /// Stores a bundle under its digest and reads it back.
  func store(_ source: any ByteSource, digest: Digest, progress: (UInt64) -> Void) throws {
    let path = objectPath(digest)
    if try isStored(digest) { return }
    try FileSystem.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    let object = try OutputFile(path, permissions: 0o444, replacing: .existing, durability: .flushed)
    var hash = SHA256()
    var done: UInt64 = 0
    try source.forEachPiece { piece in
      hash.update(piece)
      try object.write(piece)
      done += UInt64(piece.count)
      progress(done)
    }
    guard hash.finish() == digest else { throw BundleError.changedWhileRead(name: "the bundle") }
    try object.commit()
    guard try isStored(digest) else {
      throw Failure(
        .cannotWrite, "'\(path)' differs from the written bytes when it is read back", hint: "check the disk")
    }
  }

  /// Whether the object exists and has the digest of its name.
  func isStored(_ digest: Digest) throws -> Bool {
    do {
      let object = try InputFile(objectPath(digest))
      var hash = SHA256()
      try object.forEachPiece { hash.update($0) }
      return hash.finish() == digest
    } catch let error as FileError where error.isMissing {
      return false
    }
  }

  /// Replaces the index in one step and reads it back.
  func write(_ index: GroupIndex) throws {
    let bytes = try index.encoded()
    let file = try OutputFile(indexPath, replacing: .existing, durability: .flushed)
    try file.write(bytes)
    try file.commit()
    guard try readSmallFile(indexPath, limit: GroupIndex.limit) == bytes else {
      throw Failure(
        .cannotWrite, "'\(indexPath)' differs from the written bytes when it is read back", hint: "check the disk")
    }
  }
}
