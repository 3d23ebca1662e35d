import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinRelease

struct LintCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Check firmware before it is signed: slot, chip, checksums, version, published releases, secrets.")

  @Argument(help: ArgumentHelp("Firmware images; - is standard input.", valueName: "file"), completion: .file())
  var files: [String]

  @OptionGroup var release: ReleaseArguments
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (LintReport) throws -> Void) throws {
    for file in files { try report(Lint(release.options(for: file)).run(in: environment)) }
  }
}

extension LintReport: Report {
  var exitCode: Int32 { findings.isEmpty ? 0 : Failure.Kind.rejected.rawValue }

  var lines: [String] {
    guard !findings.isEmpty else { return ["passed \(file)"] }
    return ["refused \(file)"]
      + findings.flatMap { ["  \($0.file): \($0.message) [\($0.rule.rawValue)]", "    hint: \($0.hint)"] }
  }
}
