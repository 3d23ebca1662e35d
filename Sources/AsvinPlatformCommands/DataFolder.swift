import ArgumentParser
import AsvinBundle
import AsvinCrypto
import AsvinPlatform
import AsvinPlatformStore
import AsvinRelease
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
    do {
      let file = try InputFile(path)
      return String(decoding: try file.read(at: 0, count: 1 << 20), as: UTF8.self)
    } catch {
      throw Failure(error, on: path)
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
