import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinRelease

struct ExtractCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "extract", abstract: "Verify a bundle and write the image of a slot.")

  @Argument(help: ArgumentHelp("The bundle; - is standard input.", valueName: "bundle"), completion: .file())
  var bundle: String

  @Option(help: ArgumentHelp("The slot.", valueName: "n"))
  var slot: UInt64 = 0

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The image's file; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var trust: TrustArguments
  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool { FileIdentity.isStandardOutput(output) }

  func outcomes(in environment: Environment, _ report: (ExtractionReport) throws -> Void) throws {
    let verification = trust.verification(of: bundle, in: environment)
    try report(Extraction(verification, slot: slot, output: output, force: force).run(in: environment))
  }
}

extension ExtractionReport: Report {
  var lines: [String] { ["wrote \(output)", line("slot \(slot)", "\(size) bytes, sha256 \(sha256)")] }
}
