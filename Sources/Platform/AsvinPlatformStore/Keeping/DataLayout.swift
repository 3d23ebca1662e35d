import AsvinHost

/// The files of the platform's data folder. A backup has the same files.
package struct DataLayout: Sendable {
  package let folder: String

  package init(_ folder: String) { self.folder = folder }

  package var database: String { "\(folder)/platform.sqlite" }
  package var objects: String { "\(folder)/objects" }
  package var tokenKey: String { "\(folder)/token-key.pem" }
  package var lock: String { "\(folder)/lock" }
  /// Held by a backup of the folder, so that two backups do not use one place.
  var backupLock: String { "\(folder)/backup.lock" }
  /// Exists while the folder is being restored. A folder with it is not complete.
  var restoringMark: String { "\(folder)/restoring" }

  /// Whether a restore of the folder was interrupted.
  package var isHalfRestored: Bool { FileSystem.exists(restoringMark) }

  var bundles: String { "\(objects)/sha256" }
  /// The file of an object, by its SHA-256 in hexadecimal.
  func object(_ digest: String) -> String { "\(bundles)/\(digest)" }
}
