import ArgumentParser
import AsvinHost
import AsvinPlatform
import AsvinPlatformStore
import AsvinPrograms

struct UpgradeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Migrate the database of an earlier version. The server must not be running.",
    discussion: """
      The database is copied within the data folder first. To go back to the earlier version, stop the server, remove \
      platform.sqlite, platform.sqlite-wal and platform.sqlite-shm, and rename the copy to platform.sqlite.
      """)

  @OptionGroup var folder: DataFolder
  @OptionGroup var shown: OutputOptions

  func run() throws {
    try ThisProcess.requireProcessFolder()
    let lock = try folder.lock()
    defer { lock.release() }
    try folder.requireComplete()
    let result = try explaining(folder.data) { try Upgrade.run(folder.data, at: .now) }
    try shown.show(UpgradeReport(folder: folder.data, result: result), project: nil, onStandardError: false)
  }
}

struct UpgradeReport: Report {
  let folder: String
  let result: Upgrade.Result?

  private enum Key: CodingKey { case migrations, copy }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(result?.migrations ?? [], forKey: .migrations)
    try container.encodeIfPresent(result?.copy, forKey: .copy)
  }

  var lines: [String] {
    guard let result else { return ["the database in \(folder) is of this version"] }
    return ["upgraded the database in \(folder)"] + result.migrations.map { line("migrated", $0) }
      + [line("copy", result.copy)]
  }
}
