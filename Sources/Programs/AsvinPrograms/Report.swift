package import ArgumentParser
import AsvinHost
import FoundationEssentials

/// The result of a command, as lines of text or as JSON.
package protocol Report: Encodable {
  var lines: [String] { get }
  /// Lines for standard error, before the report.
  var warnings: [String] { get }
  /// Lines for standard error, after the report.
  var errors: [String] { get }
  var exitCode: Int32 { get }
}

extension Report {
  package var warnings: [String] { [] }
  package var errors: [String] { [] }
  package var exitCode: Int32 { 0 }
}

extension Encodable {
  /// Prints the value as JSON with sorted keys.
  package func printJSON() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text: String
    do {
      text = String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw Failure(.failed, "the result cannot be written as JSON: \(error)", hint: "report this as a defect")
    }
    try StandardStreams.show(text.withJSONControls)
  }
}

/// A report, and the project file that its command used.
struct ReportWithProject<Content: Report>: Encodable {
  let report: Content
  let project: String?

  private enum Key: CodingKey { case project }

  func encode(to encoder: any Encoder) throws {
    try report.encode(to: encoder)
    guard let project else { return }
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(project, forKey: .project)
  }
}

/// A name and its value as an aligned line.
package func line(_ name: String, _ value: String) -> String {
  "  " + name + String(repeating: " ", count: max(1, 11 - name.count)) + value
}

/// A failure as JSON. The text goes to standard error.
struct FailureReport: Encodable {
  let result: String
  let reason: String?
  let code: UInt8?
  let exitCode: Int32
  let message: String
  let hint: String?

  init(_ failure: Failure) {
    result = failure.kind == .rejected ? "rejected" : "failed"
    reason = failure.reasonName
    code = failure.reasonCode
    exitCode = failure.kind.rawValue
    message = failure.message
    hint = failure.hint
  }
}

/// The options of a command that prints a report.
package struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of text.")
  package var json = false

  @Flag(help: "Print only errors.")
  package var quiet = false

  package init() {}

  package func show(_ report: some Report, project: String?, onStandardError: Bool) throws {
    for warning in report.warnings { CommandProgram.warn(warning) }
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

/// The certificates that a connection trusts.
package struct AuthorityOption: ParsableArguments {
  @Option(
    name: .customLong("ca"),
    help: ArgumentHelp("A file of PEM certificates to trust instead of the system's.", valueName: "file"),
    completion: .file())
  package var file: String?

  package init() {}

  package func bytes() throws -> [UInt8]? { try file.map { try readSmallFile($0, limit: 1 << 20) } }
}
