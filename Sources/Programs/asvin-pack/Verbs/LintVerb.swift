import AsvinHost
import ArgumentParser
import AsvinRelease

struct LintVerb: Verb {
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
