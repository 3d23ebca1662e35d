import AsvinHost
import ArgumentParser
import AsvinCrypto
import AsvinPlatform
import AsvinPlatformStore
import FoundationEssentials

/// Where the platform keeps everything: a database, a folder of objects, and the key of its tokens.
struct DataFolder: ParsableArguments {
  @Option(help: ArgumentHelp("The folder that holds everything.", valueName: "folder"))
  var data = "asvin-platform-data"

  func store() throws -> SQLiteStore {
    try make()
    do {
      return try SQLiteStore(path: "\(data)/platform.sqlite")
    } catch {
      throw Failure(
        .failed, "the database in '\(data)' cannot be opened: \(error)",
        hint: "restore it from a backup, or choose another")
    }
  }

  func objects() throws -> FolderObjects { try FolderObjects(folder: "\(data)/objects") }

  /// Locks the folder for this process: two servers on one database and one spool would each undo what the other does.
  ///
  /// - Returns: the lock, which lasts as long as it is held.
  /// - Throws: ``Failure`` where another process has it, or the folder cannot be written.
  func lock() throws -> FolderLock {
    try make()
    let path = "\(data)/lock"
    do throws(FileError) {
      // An old lock file can be writable in a folder that is not, so that the folder is checked as well.
      try FileSystem.requireWritable(data)
      if let lock = try FolderLock(path) { return lock }
    } catch {
      throw Failure(
        .cannotWrite, "cannot write to the folder '\(data)': \(error.reason)",
        hint: "the platform needs a folder that it may write, on a disk that is not read-only")
    }
    let holder = LockHolder(ofLock: path).map { "\($0.program), process \($0.process)," } ?? "another process"
    throw Failure(.failed, "\(holder) uses the folder '\(data)'", hint: "end it first, or choose another with --data")
  }

  /// The key that tokens are signed with; it is made where there is none.
  func tokenKey() throws -> String {
    try make()
    let path = "\(data)/token-key.pem"
    if !FileManager.default.fileExists(atPath: path) {
      let file = try OutputFile(path, permissions: 0o600, durability: .flushed)
      try file.write(Array(try RSAKey.generate().utf8))
      try file.commit()
    }
    return try text(of: path)
  }

  /// The text of a small file.
  func text(of path: String) throws -> String {
    try explaining(path) {
      let file = try InputFile(path)
      return String(decoding: try file.read(at: 0, count: 1 << 20), as: UTF8.self)
    }
  }

  private func make() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure(
        .cannotWrite, "cannot make the folder '\(data)'", hint: "choose another with --data, where you may write")
    }
  }
}

extension Instant {
  /// The time of the machine's clock.
  static var now: Instant { Instant(Int64(Date.now.timeIntervalSince1970)) }
}
