import ArgumentParser
import AsvinHost
import AsvinPlatform
import AsvinPlatformStore
import AsvinPrograms

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check the database, every row and the SHA-256 of every object. The server may be running.",
    discussion: "It changes nothing. The exit code is 65 if something is damaged.")

  @OptionGroup var folder: DataFolder

  @Option(
    help: ArgumentHelp("Check a backup instead of the data folder.", valueName: "folder"), completion: .directory)
  var backup: String?

  @OptionGroup var shown: OutputOptions

  func run() async throws {
    try ThisProcess.requireProcessFolder()
    let place = backup ?? folder.data
    let findings: PlatformCheck.Findings
    do {
      if let backup {
        findings = try BackupCheck.run(backup).findings
      } else {
        try folder.requireComplete()
        findings = try await PlatformCheck(folder.data).run(at: .now)
      }
    } catch {
      throw Failure(error, on: place)
    }
    let report = CheckReport(place: place, findings: findings)
    try shown.show(report, project: nil, onStandardError: false)
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }
}

struct CheckReport: Report {
  let place: String
  let findings: PlatformCheck.Findings

  func encode(to encoder: any Encoder) throws { try findings.encode(to: encoder) }

  var lines: [String] {
    let objects = "\(findings.objects), \(findings.objectBytes) bytes"
    return ["\(place) is \(findings.problems.isEmpty ? "intact" : "damaged")", line("objects", objects)]
      + (findings.rows > 0 ? [line("rows", "\(findings.rows) in \(findings.workspaces) workspaces")] : [])
  }
  var warnings: [String] { findings.warnings }
  var errors: [String] { findings.problems.map { "damaged: \($0)" } }
  var exitCode: Int32 { findings.problems.isEmpty ? 0 : Failure.Kind.rejected.rawValue }
}
