import ArgumentParser
import AsvinRelease
import Glibc

/// A verb: it makes values, and each value is shown as text or as JSON.
protocol Verb: ParsableCommand {
  associatedtype Outcome: Report
  var shown: OutputOptions { get }
  /// Whether standard output carries a file, so that the report must not go there.
  var writesToStandardOutput: Bool { get }
  func outcomes(in surroundings: Surroundings, _ report: (Outcome) -> Void) throws
}

extension Verb {
  var writesToStandardOutput: Bool { false }

  mutating func run() throws {
    var status: Int32 = 0
    try outcomes(in: Surroundings(shown)) { outcome in
      shown.show(outcome, onStandardError: writesToStandardOutput)
      if status == 0 { status = outcome.exitCode }
    }
    if status != 0 { throw ExitCode(status) }
  }
}

/// What every verb takes.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON instead of text.")
  var json = false

  @Flag(help: "Print nothing but errors.")
  var quiet = false

  func show(_ report: some Report, onStandardError: Bool) {
    for warning in report.warnings { StandardError.write("asvin-pack: warning: \(warning)") }
    if onStandardError {
      if !quiet { report.lines.forEach { StandardError.write($0) } }
    } else if json {
      report.printJSON()
    } else if !quiet {
      report.lines.forEach { print($0) }
    }
    report.errors.forEach { StandardError.write($0) }
  }
}

extension Surroundings {
  /// The real ones.
  init(_ output: OutputOptions) {
    let folder = unsafe getcwd(nil, 0)
    self.init(folder: "")
    searchFolder = unsafe folder.map { unsafe String(cString: $0) } ?? "/"
    unsafe free(folder)
    variables = environment()
    describeSource = { Surroundings.gitDescribe() }
    askPassphrase = { Terminal.askPassphrase($0) }
    if !output.json && !output.quiet {
      let bar = ProgressBar()
      progress = { bar.show($0, of: $1) }
    }
  }
}

private func environment() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    let pair = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
    unsafe entry += 1
  }
  return variables
}
