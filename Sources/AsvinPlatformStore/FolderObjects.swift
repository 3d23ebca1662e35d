public import AsvinBundle
import AsvinCrypto
public import AsvinPlatform
public import AsvinWire
import FoundationEssentials
import Glibc
import Synchronization

/// Objects as files of a folder, named by their digests; uploads in a folder beside them.
public final class FolderObjects: ObjectStore {
  private let folder: String
  /// Files that were read whole and had their digest, as they were then.
  private let checked = Mutex<[String: FileState]>([:])

  /// The objects of a folder, which is made where it is not there.
  ///
  /// - Throws: an error of the file system.
  public init(folder: String) throws {
    self.folder = folder
    for part in ["sha256", "uploads"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
  }

  /// The bytes that have a digest. They are read whole the first time, and again whenever the file is not the same.
  public func object(_ digest: Digest) async throws -> (any ByteSource & Sendable)? {
    guard let file = try WatchedFile.ifPresent(path(of: digest)) else { return nil }
    if checked.withLock({ $0[digest.hexadecimal] }) != file.state {
      guard try await aside({ try file.digest() }) == digest else { throw ObjectDamaged(digest) }
      checked.withLock { $0[digest.hexadecimal] = file.state }
    }
    return file
  }

  /// Keeps bytes.
  public func put(_ bytes: [UInt8]) async throws -> Digest {
    let digest = SHA256.digest(of: bytes.span)
    if try await isThere(digest) { return digest }
    let file = try OutputFile(path(of: digest), permissions: 0o444, replacing: .existing, durability: .flushed)
    try file.write(bytes)
    try file.commit()
    return digest
  }

  /// Bytes of an upload that have arrived.
  public func received(_ upload: ID<Upload>) async throws -> UInt64 {
    try WatchedFile.ifPresent(path(of: upload))?.count ?? 0
  }

  /// Adds bytes to an upload.
  public func append(_ bytes: [UInt8], to upload: ID<Upload>, at offset: UInt64) async throws {
    let file = try AppendedFile(path(of: upload))
    guard try file.count >= offset else { throw UploadGap(received: try file.count) }
    try file.write(bytes, at: offset)
  }

  /// What has arrived.
  public func content(_ upload: ID<Upload>) async throws -> any ByteSource & Sendable {
    try WatchedFile(path(of: upload))
  }

  /// Makes an upload an object.
  public func keep(_ upload: ID<Upload>, as digest: Digest) async throws {
    if try await isThere(digest) { return }
    let (source, target) = (path(of: upload), path(of: digest))
    try await aside {
      let file = try OutputFile(target, permissions: 0o444, replacing: .existing, durability: .flushed)
      guard try WatchedFile(source).digest(copyingTo: file) == digest else { throw ObjectDamaged(digest) }
      try file.commit()
    }
  }

  /// Forgets what has arrived.
  public func discard(_ upload: ID<Upload>) async throws {
    let path = path(of: upload)
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw FileError(.write, path) }
  }

  /// Whether an object is there and whole: it is then not replaced, whoever reads it just now goes on.
  private func isThere(_ digest: Digest) async throws -> Bool {
    do {
      return try await object(digest) != nil
    } catch is ObjectDamaged {
      return false
    }
  }

  private func path(of digest: Digest) -> String { "\(folder)/sha256/\(digest.hexadecimal)" }
  private func path(of upload: ID<Upload>) -> String { "\(folder)/uploads/\(upload.value)" }
}
