import AsvinHost
import ArgumentParser
import AsvinPrograms
import AsvinRelease
import Synchronization

/// A verb: it makes values, and each value is shown as text or as JSON.
protocol Verb: ParsableCommand {
  associatedtype Outcome: Report
  var shown: OutputOptions { get }
  /// Whether standard output carries a file, so that the report must not go there.
  var writesToStandardOutput: Bool { get }
  func outcomes(in environment: Environment, _ report: (Outcome) throws -> Void) throws
}

extension Verb {
  var writesToStandardOutput: Bool { false }

  mutating func run() throws {
    var status: Int32 = 0
    let project = ProjectNote()
    try outcomes(in: Environment(shown, project)) { outcome in
      try shown.show(outcome, project: project.path, onStandardError: writesToStandardOutput)
      if status == 0 { status = outcome.exitCode }
    }
    if status != 0 { throw ExitCode(status) }
  }
}

/// Which project file a verb obeyed.
final class ProjectNote: Sendable {
  private let found = Mutex<String?>(nil)

  var path: String? { found.withLock { $0 } }

  func note(_ path: String) { found.withLock { $0 = path } }
}

/// What every verb takes.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of text.")
  var json = false

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  func show(_ report: some Report, project: String?, onStandardError: Bool) throws {
    for warning in report.warnings { CommandProgram.say("asvin-pack: warning: \(warning)") }
    let lines = report.lines + (project.map { [line("project", $0)] } ?? [])
    if onStandardError {
      if !quiet { lines.forEach { CommandProgram.say($0) } }
    } else if json {
      try ReportWithProject(report: report, project: project).printJSON()
    } else if !quiet {
      try StandardStreams.show(lines.map(\.withVisibleControls).joined(separator: "\n"))
    }
    report.errors.forEach { CommandProgram.say($0) }
  }
}

extension Environment {
  /// Creates the environment of this process.
  init(_ output: OutputOptions, _ project: ProjectNote) {
    self.init(folder: "")
    searchFolder = ThisProcess.folder
    variables = ThisProcess.variables
    describeSource = { Environment.gitDescribe() }
    askPassphrase = { Terminal.askPassphrase($0) }
    warn = { CommandProgram.say("asvin-pack: warning: \($0)") }
    useProject = { project.note($0) }
    if !output.json && !output.quiet {
      let bar = ProgressBar()
      progress = { bar.show($0, of: $1) }
    }
  }
}
