import ArgumentParser
import AsvinRelease

struct LintVerb: Verb {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Check firmware before it is signed: slot, chip, checksums, version, published releases, secrets.")

  @Argument(help: ArgumentHelp("Firmware images; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var release: ReleaseArguments
  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (LintReport) -> Void) throws {
    for file in files { report(try Lint(release.options(for: file)).run(in: surroundings)) }
  }
}
