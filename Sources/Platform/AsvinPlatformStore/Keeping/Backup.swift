import AsvinHost
import AsvinCrypto
import AsvinManifest
package import AsvinPlatform
import FoundationEssentials
import GRDB

/// A backup of a data folder, made while the platform runs.
///
/// The database is copied first, and then the objects that the copy lists. Objects never change and are named by their
/// digests, so that the two belong together. If an object was deleted in the meantime, the database is copied again.
package struct Backup: Sendable {
  private let source: DataLayout
  private let target: String
  /// Whether a backup is made without the objects that are lost on the platform.
  private let omitsLost: Bool
  private let clock: @Sendable () -> Instant

  /// Copies of the database after which the backup gives up, because objects are deleted faster than they are copied.
  private static let mostCopies = 8

  package init(
    of folder: String, to target: String, omitsLost: Bool = false, clock: @escaping @Sendable () -> Instant
  ) {
    (source, self.target, self.omitsLost) = (DataLayout(folder), target, omitsLost)
    self.clock = clock
  }

  /// Makes the backup. The folder gets its name when it is complete. Until then its name ends in `.incomplete`; such a
  /// folder of an interrupted call is replaced.
  ///
  /// - Throws: ``Failure``, `FileError`, an error of SQLite.
  package func make() throws -> BackupNote {
    guard !FileSystem.exists(target) else {
      throw Failure(.cannotWrite, "'\(target)' exists", hint: "choose a new folder for each backup")
    }
    guard FileSystem.exists(source.database) else {
      throw Failure(
        .inputMissing, "'\(source.folder)' does not have a database", hint: "name the platform's folder with --data")
    }
    guard let lock = try FolderLock(source.backupLock) else {
      throw Failure(.failed, "another backup of '\(source.folder)' is running", hint: "wait until it has ended")
    }
    defer { lock.release() }
    let place = DataLayout("\(target).incomplete")
    if FileSystem.exists(place.folder) { try FileManager.default.removeItem(atPath: place.folder) }
    do {
      let note = try fill(place)
      try FileSystem.rename(place.folder, to: target)
      return note
    } catch {
      try? FileManager.default.removeItem(atPath: place.folder)  // its name shows that it is incomplete
      throw error
    }
  }

  private func fill(_ place: DataLayout) throws -> BackupNote {
    for folder in [place.folder, place.objects, place.bundles] {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    var kept: [String: UInt64] = [:]
    var lost: Set<String> = []
    for _ in 0..<Self.mostCopies {
      let time = clock()
      try DatabaseCopy.make(of: source.database, at: place.database)
      let (listed, schema) = try Self.content(of: place.database)
      let missing = try copy(listed.subtracting(kept.keys), to: place, &kept)
      // An object that is listed in two copies of the database is lost; one that is not was deleted.
      let isLost = missing.isSubset(of: lost)
      lost = missing
      guard isLost else { continue }
      guard lost.isEmpty || omitsLost else {
        throw Failure(
          .failed, "\(lost.count) objects are missing or damaged, the first is \(lost.min() ?? "")",
          hint: "see: asvin-platform check; publish them again, or give --without-lost")
      }
      for unlisted in Set(kept.keys).subtracting(listed) {
        try FileSystem.remove(place.object(unlisted))
        kept[unlisted] = nil
      }
      return try finish(place, kept, lost, schema, at: time)
    }
    throw Failure(
      .failed, "objects were deleted during the backup, \(Self.mostCopies) times", hint: "run the backup again")
  }

  /// Refuses a file that would use the space which the platform itself needs, if both are on one disk.
  private func requireRoom(for file: String, in folder: String) throws {
    let attributes = try? FileManager.default.attributesOfItem(atPath: file)  // missing: found by the copy
    let size = attributes?[.size] as? UInt64
    guard try StorageRoom(of: folder).holds(size ?? 0) else {
      throw Failure(
        .cannotWrite, "there is no room for the backup '\(target)'",
        hint: "remove old backups, or keep backups on another disk")
    }
  }

  /// Copies objects.
  ///
  /// - Returns: those that are missing or damaged.
  private func copy(_ wanted: Set<String>, to place: DataLayout, _ kept: inout [String: UInt64]) throws -> Set<String> {
    var missing: Set<String> = []
    for digest in wanted {
      do {
        try requireRoom(for: source.object(digest), in: place.folder)
        kept[digest] = try CopiedFile.copy(
          source.object(digest), to: place.object(digest), digest: digest, permissions: 0o444)
      } catch is OtherDigest {
        missing.insert(digest)
      } catch let error as FileError where error.isMissing {
        missing.insert(digest)
      }
    }
    return missing
  }

  private func finish(
    _ place: DataLayout, _ kept: [String: UInt64], _ lost: Set<String>, _ schema: [String], at time: Instant
  ) throws -> BackupNote {
    let note = BackupNote(
      format: BackupNote.currentFormat, created: time.iso8601, program: ProductVersion.text, schema: schema,
      database: try BackupNote.Part(of: place.database), tokenKey: try copyTokenKey(to: place),
      objects: kept.map { BackupNote.Part(sha256: $0, bytes: $1) }.sorted { $0.sha256 < $1.sha256 },
      lost: lost.sorted())
    for folder in [place.bundles, place.objects] { try FileSystem.flushFolder(folder) }
    try note.write(in: place.folder)
    return note
  }

  /// Copies the key of the tokens; a platform that was never started has none.
  private func copyTokenKey(to place: DataLayout) throws -> BackupNote.Part? {
    guard FileSystem.exists(source.tokenKey) else { return nil }
    let part = try BackupNote.Part(of: source.tokenKey)
    try CopiedFile.copy(source.tokenKey, to: place.tokenKey, digest: part.sha256, permissions: 0o600)
    return part
  }

  /// The objects that a database lists, and its migrations.
  ///
  /// - Throws: ``LaterVersion``, because a later version may list objects elsewhere.
  private static func content(of database: String) throws -> (Set<String>, [String]) {
    let copy = try DatabaseQueue(path: database)
    let content = try copy.read { database in
      if case .later(let names) = try SchemaState.of(database) { throw LaterVersion(migrations: names) }
      return (try ListedObjects.all(in: database), try Migrations.migrator.appliedIdentifiers(database).sorted())
    }
    try copy.close()
    return content
  }
}

/// The objects that a database needs.
enum ListedObjects {
  /// The SHA-256 of the bundles, and of the images that were published without a bundle, in hexadecimal.
  static func all(in database: Database) throws -> Set<String> {
    let rows = try Row.fetchCursor(database, sql: "SELECT id, coalesce(bundle, digest) FROM firmware")
    var all: Set<String> = []
    while let row = try rows.next() {
      guard let digest = Digest(data: row[1]) else { throw StoreError(table: "firmware", id: row[0]) }
      all.insert(digest.hexadecimal)
    }
    return all
  }
}

extension BackupNote.Part {
  /// Reads a file.
  init(of path: String) throws {
    let file = try WatchedFile(path)
    self.init(sha256: try file.digest().hexadecimal, bytes: file.size)
  }
}
