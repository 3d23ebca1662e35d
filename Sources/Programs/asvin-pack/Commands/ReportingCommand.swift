import AsvinHost
import ArgumentParser
import AsvinPrograms
import AsvinRelease
import Synchronization

/// A command that prints each of its results as text or as JSON.
protocol ReportingCommand: ParsableCommand {
  associatedtype Outcome: Report
  var shown: OutputOptions { get }
  /// Whether standard output receives a file, so that the report goes to standard error.
  var writesToStandardOutput: Bool { get }
  func outcomes(in environment: Environment, _ report: (Outcome) throws -> Void) throws
}

extension ReportingCommand {
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

/// The project file that a command used.
final class ProjectNote: Sendable {
  private let found = Mutex<String?>(nil)

  var path: String? { found.withLock { $0 } }

  func note(_ path: String) { found.withLock { $0 = path } }
}

extension Environment {
  /// Creates the environment of this process.
  init(_ output: OutputOptions, _ project: ProjectNote) {
    self.init(folder: "")
    searchFolder = ThisProcess.folder
    variables = ThisProcess.variables
    describeSource = { Environment.gitDescribe() }
    askPassphrase = { Terminal.askPassphrase($0) }
    warn = { CommandProgram.warn($0) }
    useProject = { project.note($0) }
    if !output.json && !output.quiet {
      let bar = ProgressBar()
      progress = { bar.show($0, of: $1) }
    }
  }
}
