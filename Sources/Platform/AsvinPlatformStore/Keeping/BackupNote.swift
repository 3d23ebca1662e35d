package import AsvinHost
package import AsvinPlatform
import FoundationEssentials

/// The file `backup.json`. A backup gets it last, so that a folder without it is not a backup.
package struct BackupNote: Codable, Equatable, Sendable {
  /// The version of this file's form.
  static let currentFormat = 1
  /// The largest size of the file in bytes: a million objects.
  private static let mostBytes = 1 << 27

  package struct Part: Codable, Equatable, Sendable {
    package let sha256: String
    package let bytes: UInt64
  }

  package let format: Int
  /// When the database was copied.
  package let created: String
  /// The version of the program that made the backup.
  package let program: String
  /// The migrations of the database.
  package let schema: [String]
  package let database: Part
  package let tokenKey: Part?
  /// The bundles and images that the database lists.
  package let objects: [Part]
  /// Objects that the database lists and that were missing or damaged on the platform.
  package let lost: [String]

  private struct Head: Decodable { let format: Int }

  static func path(in folder: String) -> String { "\(folder)/backup.json" }

  /// Reads the note of a backup.
  ///
  /// - Throws: ``NoBackup``; ``LaterVersion``; `FileError`.
  static func read(in folder: String) throws -> BackupNote {
    guard FileSystem.exists(path(in: folder)) else { throw NoBackup() }
    let bytes = try InputFile(path(in: folder)).all(limit: mostBytes)
    let decoder = JSONDecoder()
    do {
      let head = try decoder.decode(Head.self, from: Data(bytes))
      guard head.format <= currentFormat else { throw LaterVersion(migrations: ["format \(head.format) of backups"]) }
      return try decoder.decode(BackupNote.self, from: Data(bytes))
    } catch is DecodingError {
      throw NoBackup()
    }
  }

  func write(in folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = try OutputFile(Self.path(in: folder), permissions: 0o600, durability: .flushed)
    try file.write([UInt8](try encoder.encode(self)) + [0x0A])
    try file.commit()
  }
}

extension Instant {
  /// The time in ISO 8601, UTC.
  package var iso8601: String { Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601) }
}

/// A folder that is not a complete backup.
package struct NoBackup: Error, Equatable, Explained {
  package func failure(on name: String) -> Failure {
    Failure(
      .rejected, "'\(name)' is not a complete backup: it has no readable backup.json",
      hint: "give a folder that asvin-platform backup has made; one that ends in .incomplete was interrupted")
  }
}
