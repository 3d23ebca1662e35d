import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinRelease

struct ApplyCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Apply a patch to an image.", discussion: "OLD is an image or a bundle.")

  @Argument(help: ArgumentHelp("The base.", valueName: "old"), completion: .file())
  var old: String

  @Argument(help: ArgumentHelp("The patch; - is standard input.", valueName: "patch"), completion: .file())
  var patch: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The result's file; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("The slot whose image is read from a bundle.", valueName: "n"))
  var slot: UInt64 = 0

  @Option(name: .customLong("max-size"), help: ArgumentHelp("Size limit of the result in bytes.", valueName: "bytes"))
  var maximum = PatchApplication.usualMaximum

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool { FileIdentity.isStandardOutput(output) }

  func outcomes(in environment: Environment, _ report: (ApplicationReport) throws -> Void) throws {
    var application = PatchApplication(old: old, patch: patch, output: output)
    application.slot = slot
    application.maximum = maximum
    application.force = force
    try report(application.run(in: environment))
  }
}

extension ApplicationReport: Report {
  var lines: [String] {
    ["made \(output)", line("image", "\(size) bytes, sha256 \(sha256)")]
  }
}
