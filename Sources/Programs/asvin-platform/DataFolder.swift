import AsvinHost
import ArgumentParser
import AsvinCrypto
import AsvinPlatform
import AsvinPlatformStore
import FoundationEssentials

/// The data of the platform: a database, a folder of objects, and the key of its tokens.
struct DataFolder: ParsableArguments {
  @Option(help: ArgumentHelp("The folder for all data of the platform.", valueName: "folder"))
  var data = "asvin-platform-data"

  private var layout: DataLayout { DataLayout(data) }

  /// Opens the database, or creates it.
  ///
  /// - Throws: ``Failure`` for a database of another version, which is not migrated without a command.
  func store() throws -> SQLiteStore {
    try make()
    try requireComplete()
    do {
      if case .earlier(let missing) = try SchemaState.of(path: layout.database) {
        throw Failure(
          .failed,
          "an earlier version of asvin-platform made the database in '\(data)': it lacks \(missing.count) of the migrations",
          hint: "stop the server and run: asvin-platform upgrade --data \(data)")
      }
      return try SQLiteStore(path: layout.database)
    } catch let failure as Failure {
      throw failure
    } catch let error as LaterVersion {
      throw error.failure(on: data)
    } catch {
      throw Failure(
        .failed, "the database in '\(data)' cannot be opened: \(error)",
        hint: "restore it from a backup, or choose another")
    }
  }

  /// - Throws: ``Failure`` for a folder whose restoration was interrupted.
  func requireComplete() throws(Failure) {
    guard layout.isHalfRestored else { return }
    throw Failure(
      .failed, "the restoration of '\(data)' was interrupted",
      hint: "run again: asvin-platform restore BACKUP --data \(data)")
  }

  func objects() throws -> FolderObjects { try FolderObjects(folder: layout.objects) }

  /// Locks the folder for this process, because two servers on one database and one spool would undo each other's writes.
  ///
  /// - Returns: the lock, which lasts as long as it is held.
  /// - Throws: ``Failure`` if another process holds the lock, or if the folder is not writable.
  func lock() throws -> FolderLock {
    try make()
    let path = layout.lock
    do throws(FileError) {
      // An old lock file can be writable in a folder that is not writable, so the folder is checked too.
      try FileSystem.requireWritable(data)
      if let lock = try FolderLock(path) { return lock }
    } catch {
      throw Failure(
        .cannotWrite, "cannot write to the folder '\(data)': \(error.reason)",
        hint: "choose a writable folder on a disk that is not read-only")
    }
    let holder = LockHolder(ofLock: path).map { "\($0.program), process \($0.process)," } ?? "another process"
    throw Failure(
      .failed, "\(holder) uses the folder '\(data)'", hint: "stop it first, or choose another folder with --data")
  }

  /// The key that signs tokens. It is created if it does not exist.
  func tokenKey() throws -> String {
    try make()
    let path = layout.tokenKey
    if !FileManager.default.fileExists(atPath: path) {
      let file = try OutputFile(path, permissions: 0o600, durability: .flushed)
      try file.write(Array(try RSAKey.generate().utf8))
      try file.commit()
    }
    return try text(of: path)
  }

  /// The text of a small file.
  func text(of path: String) throws -> String {
    String(decoding: try readSmallFile(path, limit: 1 << 20), as: UTF8.self)
  }

  private func make() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(
        .cannotWrite, "cannot create the folder '\(data)'", hint: "choose a writable folder with --data")
    }
  }
}

extension Instant {
  /// The time of the machine's clock.
  static var now: Instant { Instant(Int64(Date.now.timeIntervalSince1970)) }
}
