import ArgumentParser
import AsvinRelease

struct Extract: Verb {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Verify a bundle and write the image of a slot.")

  @Argument(help: ArgumentHelp("The bundle; - is standard input.", valueName: "bundle"))
  var bundle: String

  @Option(help: ArgumentHelp("The slot.", valueName: "n"))
  var slot: UInt64 = 0

  @Option(name: .shortAndLong, help: ArgumentHelp("The image's file; - is standard output.", valueName: "file"))
  var output: String

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var trust: TrustArguments
  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool { output == "-" }

  func outcomes(in surroundings: Surroundings, _ report: (ExtractionReport) -> Void) throws {
    let verification = trust.verification(of: bundle, in: surroundings)
    report(try Extraction(verification, slot: slot, output: output, force: force).run(in: surroundings))
  }
}
