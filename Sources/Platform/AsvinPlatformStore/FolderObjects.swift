package import AsvinHost
import AsvinCrypto
package import AsvinPlatform
package import AsvinManifest
import FoundationEssentials
import Synchronization

/// Stores objects as files of a folder, named by their digests, and uploads in a folder beside them.
package final class FolderObjects: ObjectStore {
  private let folder: String
  /// The states in which files were read and had their digest.
  private let checked = Mutex<[String: FileState]>([:])
  /// Digest checks in progress. Concurrent requests for one object wait for the same check.
  private let checks = Mutex<[String: Task<FileState?, any Error>]>([:])

  /// Opens a folder, and creates it if it is missing.
  ///
  /// - Throws: an error of the file system.
  package init(folder: String) throws {
    self.folder = folder
    for part in ["sha256", "uploads"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
  }

  /// Returns the bytes with a digest. The file is hashed the first time, and again whenever it has changed.
  package func object(_ digest: Digest) async throws -> (any ByteSource & Sendable)? {
    let path = path(of: digest)
    guard let file = try await Workers.files.run({ try WatchedFile.ifPresent(path) }) else { return nil }
    if checked.withLock({ $0[digest.hexadecimal] }) == file.state { return file }
    guard try await check(digest) == file.state else { throw ObjectDamaged(digest) }
    return file
  }

  /// Hashes the file of an object, once for all concurrent requests.
  ///
  /// - Returns: the state of the file if it has the digest; otherwise `nil`.
  private func check(_ digest: Digest) async throws -> FileState? {
    let (name, path) = (digest.hexadecimal, path(of: digest))
    let task = checks.withLock { checks in
      if let running = checks[name] { return running }
      let task = Task { [self] in
        defer { _ = self.checks.withLock { $0.removeValue(forKey: name) } }
        let state: FileState? = try await Workers.digests.run {
          let file = try WatchedFile(path)
          return try file.digest() == digest ? file.state : nil
        }
        checked.withLock { $0[name] = state }
        return state
      }
      checks[name] = task
      return task
    }
    return try await task.value
  }

  package func put(_ bytes: [UInt8]) async throws -> Digest {
    let digest = SHA256.digest(of: bytes.span)
    if try await isIntact(digest) { return digest }
    let path = path(of: digest)
    try await Workers.files.run {
      let file = try OutputFile(path, permissions: 0o444, replacing: .existing, durability: .flushed)
      try file.write(bytes)
      try file.commit()
    }
    return digest
  }

  package func received(_ upload: ID<Upload>) async throws -> UInt64 {
    let path = path(of: upload)
    return try await Workers.files.run { try WatchedFile.ifPresent(path)?.size ?? 0 }
  }

  package func append(_ bytes: [UInt8], to upload: ID<Upload>, at offset: UInt64) async throws {
    let (path, folder) = (path(of: upload), folder)
    try await Workers.files.run {
      guard try StorageRoom(of: folder).holds(UInt64(bytes.count)) else { throw ServiceFault.full }
      do {
        let file = try AppendedFile(path)
        guard try file.count >= offset else { throw UploadGap(received: try file.count) }
        try file.write(bytes, at: offset)
      } catch let error as FileError where error.isFull {
        throw ServiceFault.full
      } catch let error as FileError where error.isReadOnly {
        throw ServiceFault.readOnly
      }
    }
  }

  package func content(_ upload: ID<Upload>) async throws -> any ByteSource & Sendable {
    let path = path(of: upload)
    return try await Workers.files.run { try WatchedFile(path) }
  }

  /// Turns an upload into an object. The file is renamed, so that no second copy needs space.
  package func keep(_ upload: ID<Upload>, as digest: Digest) async throws {
    if try await isIntact(digest) { return }
    let (source, target) = (path(of: upload), path(of: digest))
    try await Workers.digests.run {
      guard try WatchedFile(source).digest() == digest else { throw ObjectDamaged(digest) }
      try AppendedFile(source).publish(as: target)
    }
  }

  package func discard(_ upload: ID<Upload>) async throws { try await unlink(path(of: upload)) }

  package func remove(_ object: Digest) async throws {
    try await unlink(path(of: object))
    _ = checked.withLock { $0.removeValue(forKey: object.hexadecimal) }
  }

  package func room() async throws -> StorageRoom {
    let folder = folder
    return try await Workers.files.run { try StorageRoom(of: folder) }
  }

  package func spooledUploads() async throws -> [(upload: ID<Upload>, changed: Instant)] {
    let uploads = "\(folder)/uploads"
    return try await Workers.files.run {
      try FileManager.default.contentsOfDirectory(atPath: uploads).compactMap { name in
        guard let number = Int64(name) else { return nil }
        // An upload that was removed in the meantime is left out.
        guard let changed = FileSystem.lastChange(of: "\(uploads)/\(name)") else { return nil }
        return (ID(number), Instant(changed))
      }
    }
  }

  package func storedObjects() async throws -> [StoredObject] {
    let objects = "\(folder)/sha256"
    return try await Workers.files.run {
      try FileManager.default.contentsOfDirectory(atPath: objects).compactMap { name in
        // Other names belong to files that are being written.
        guard Digest(hexadecimal: name) != nil else { return nil }
        return try WatchedFile.ifPresent("\(objects)/\(name)").map { StoredObject(digest: name, size: $0.size) }
      }
    }
  }

  private func unlink(_ path: String) async throws {
    try await Workers.files.run { try FileSystem.remove(path) }
  }

  /// Whether an object exists and has its digest. An intact object is not replaced, so that its readers can continue.
  private func isIntact(_ digest: Digest) async throws -> Bool {
    do {
      return try await object(digest) != nil
    } catch is ObjectDamaged {
      return false
    }
  }

  private func path(of digest: Digest) -> String { "\(folder)/sha256/\(digest.hexadecimal)" }
  private func path(of upload: ID<Upload>) -> String { "\(folder)/uploads/\(upload.value)" }
}

extension StorageRoom {
  /// Reads the free space of the file system that holds a folder.
  init(of folder: String) throws(FileError) {
    let space = try FileSystemSpace(of: folder)
    self.init(free: space.free, total: space.total, isReadOnly: space.isReadOnly)
  }
}
