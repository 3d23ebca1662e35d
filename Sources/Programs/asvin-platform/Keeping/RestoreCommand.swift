import ArgumentParser
import AsvinHost
import AsvinPlatform
import AsvinPlatformStore
import AsvinPrograms

struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Restore a backup into an empty folder.",
    discussion: """
      Every file is checked against the backup. Ids that were assigned after the backup are not assigned again: the ids \
      of devices, rollouts, firmware, groups and tokens continue --id-step higher. Rollouts are disabled until an operator \
      enables them, because one that was aborted after the backup would run again. Tokens that were revoked after the \
      backup are valid again: revoke them once more.
      """)

  @Argument(help: ArgumentHelp("The folder of the backup.", valueName: "backup"), completion: .directory)
  var backup: String

  @OptionGroup var folder: DataFolder

  @Option(
    help: ArgumentHelp(
      "The number by which ids rise: more than the devices or other entries that were created since the backup.",
      valueName: "number"))
  var idStep = Restoration.defaultStep

  @Flag(help: "Let the rollouts of the backup continue.")
  var continueRollouts = false

  @OptionGroup var shown: OutputOptions

  func run() async throws {
    guard idStep > 0 else {
      throw Failure(.usage, "--id-step is \(idStep)", hint: "give a number of at least 1")
    }
    try ThisProcess.requireProcessFolder()
    let lock = try folder.lock()
    defer { lock.release() }
    let restoration = Restoration(
      of: backup, into: folder.data, step: idStep, continuesRollouts: continueRollouts, at: .now)
    do {
      try shown.show(
        RestoreReport(folder: folder.data, result: try await restoration.run()), project: nil, onStandardError: false)
    } catch {
      throw Failure(error, on: backup)
    }
  }
}

struct RestoreReport: Report {
  let folder: String
  let result: Restoration.Result

  func encode(to encoder: any Encoder) throws { try result.encode(to: encoder) }

  var lines: [String] {
    ["restored the backup of \(result.created) into \(folder)", line("objects", "\(result.objects)")]
      + result.heldRollouts.map { line("held", $0) }
      + [line("next", "asvin-platform check --data \(folder); asvin-platform serve --data \(folder)")]
  }
  var warnings: [String] {
    var warnings = ["tokens that were revoked since \(result.created) are valid again: revoke them"]
    if result.lostObjects > 0 {
      warnings.append("\(result.lostObjects) objects are not in the backup: publish them again")
    }
    return warnings
  }
}
