import AsvinHost

/// A check of a backup: every file has the SHA-256 that `backup.json` states.
package enum BackupCheck {
  /// - Throws: ``NoBackup``, ``LaterVersion``.
  package static func run(_ folder: String) throws -> (note: BackupNote, findings: PlatformCheck.Findings) {
    let (note, layout) = (try BackupNote.read(in: folder), DataLayout(folder))
    var findings = PlatformCheck.Findings()
    func check(_ part: BackupNote.Part, at path: String) {
      do {
        if try BackupNote.Part(of: path) != part { findings.problems.append("'\(path)' has other bytes") }
      } catch {
        findings.problems.append("'\(path)' cannot be read: \(Failure(error, on: path).message)")
      }
    }
    check(note.database, at: layout.database)
    if let key = note.tokenKey { check(key, at: layout.tokenKey) }
    for part in note.objects {
      findings.objects += 1
      findings.objectBytes += part.bytes
      check(part, at: layout.object(part.sha256))
    }
    if !note.lost.isEmpty {
      findings.warnings.append("\(note.lost.count) objects were lost on the platform before the backup")
    }
    return (note, findings)
  }
}
