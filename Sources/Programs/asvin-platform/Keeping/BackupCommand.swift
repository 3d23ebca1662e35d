import ArgumentParser
import AsvinHost
import AsvinPlatform
import AsvinPlatformStore
import AsvinPrograms

struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the platform's data into a new folder. The server may be running.",
    discussion: """
      The backup has the database, the published bundles and the key of the tokens. It is as secret as the data folder. \
      The folder appears when the backup is complete and checked; an interrupted one ends in .incomplete. Uploads in \
      progress are not copied.
      """)

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "folder"), completion: .directory)
  var target: String

  @OptionGroup var folder: DataFolder

  @Flag(help: "Make the backup even if objects are missing or damaged on the platform.")
  var withoutLost = false

  @OptionGroup var shown: OutputOptions

  func run() throws {
    try ThisProcess.requireProcessFolder()
    try folder.requireComplete()
    let note = try explaining(folder.data) {
      try Backup(of: folder.data, to: target, omitsLost: withoutLost) { .now }.make()
    }
    try shown.show(BackupReport(folder: target, note: note), project: nil, onStandardError: false)
  }
}

struct BackupReport: Report {
  let folder: String
  let created: String
  let databaseBytes: UInt64
  let objects: Int
  let objectBytes: UInt64
  let lost: [String]

  init(folder: String, note: BackupNote) {
    (self.folder, created, databaseBytes, lost) = (folder, note.created, note.database.bytes, note.lost)
    (objects, objectBytes) = (note.objects.count, note.objects.reduce(0) { $0 + $1.bytes })
  }

  var lines: [String] {
    [
      "made a backup in \(folder)", line("state of", created), line("database", "\(databaseBytes) bytes"),
      line("objects", "\(objects), \(objectBytes) bytes"),
    ]
  }
  var warnings: [String] { lost.map { "object \($0) is missing or damaged, and is not in the backup" } }
}
